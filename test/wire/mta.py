"""An MTA by script: takes the associations that mstored opens to submit, and answers what it is asked as it is told."""
import re
import socket
import threading

import compose
import peer


class Mta:
    """`answer(operation, argument)` gives the text of what comes back: error(...), result(...) or a list of both with
    invocations of the MTA's own in front, each as octets for data(). None: nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.away, self.knows_94, self.answer = False, True, lambda operation, argument: None
        # What it was asked for: application contexts by their last arcs, operations by their codes.
        self.contexts, self.operations = set(), set()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            sock, _ = self.listener.accept()
            if self.away:
                sock.close()
                continue
            threading.Thread(target=self.associate, args=(sock,), daemon=True).start()

    def associate(self, sock):
        variables = {}
        connection = peer.Connection(sock, variables)
        composer = compose.Composer("mts-94", variables)

        def say(text):
            connection.send(composer.octets(text))

        try:
            connection.answer()
            say("cc()")
            asked = self.asked_for(connection)
            self.contexts.add(asked)
            if asked != 0 and (asked != 7 or not self.knows_94):
                return say("rf(2, 30{a5{rep(5, 3007800100 81025101)} 61{30{020109 a0{"
                           "aare(result=1, diagnostic=a103020102, info=)}}}})")
            say(f"ac(name=oid(2.6.0.1.{asked}))")
            while (got := connection.answer()) != "closed":
                self.invoked(got, say)
        except (OSError, AssertionError, TypeError):
            pass  # the program ended: whoever asked it will see
        finally:
            connection.close()

    def asked_for(self, connection):
        """The last arc of the application context in the CN."""
        tsdu = b""
        while True:
            tpdu = connection.tpdu()
            tsdu += tpdu[tpdu[0] + 1:]
            if tpdu[2] & 0x80:
                # AARQ begins with it: [1] { OBJECT IDENTIFIER 2.6.0.1.n }.
                return tsdu[tsdu.index(b"\xa1\x06\x06\x04\x56\x00\x01") + 7]

    def invoked(self, got, say):
        if got.startswith("FN"):
            return say("dn()")
        invoked = re.match(r"(\d+): invoke (\d+) op=(\d+) (.*)", got)
        if not invoked:
            return None  # an answer to what this MTA invoked
        context, number, operation, argument = invoked.groups()
        self.operations.add(int(operation))
        told = self.answer(int(operation), argument)
        for text in [told] if isinstance(told, str) else told or []:
            say(f"data({context}, {text.replace('$id', number)})")
        return None
