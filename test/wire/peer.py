"""One TCP connection of a peer that follows no rule but the case's."""
import socket

import answers
import compose

# For any one answer. Nothing in the suite waits for it to pass: a case that meets it has failed.
PATIENCE = 60


class Connection:
    def __init__(self, sock, variables):
        self.sock, self.variables = sock, variables
        self.sock.settimeout(PATIENCE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.largest = 0

    @classmethod
    def to(cls, port, variables):
        return cls(socket.create_connection(("127.0.0.1", port), PATIENCE), variables)

    def send(self, octets, piece=0):
        try:
            for at in range(0, len(octets), piece or len(octets) or 1):
                self.sock.sendall(octets[at:at + (piece or len(octets))])
        except (BrokenPipeError, ConnectionResetError):
            pass  # the program may close before it has everything: what it answers tells

    def finish(self):
        """No more octets from here; what comes is still read."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.sock.close()

    def take(self, count):
        while len(self.buffer) < count:
            try:
                more = self.sock.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            self.buffer += more
        out, self.buffer = self.buffer[:count], self.buffer[count:]
        return out

    def tpdu(self):
        head = self.take(4)
        if head is None:
            return None
        if head[0] != 3:
            raise AssertionError(f"no TPKT: {head.hex()}")
        return self.take(int.from_bytes(head[2:4], "big") - 4)

    def answer(self):
        """The next one in words, or "closed"."""
        joined = b""
        while True:
            tpdu = self.tpdu()
            if tpdu is None:
                return "closed"
            header = tpdu[:tpdu[0] + 1]
            if header[1] != 0xF0:
                if header[1] & 0xF0 in (0xE0, 0xD0):
                    self.variables["ref"] = header[4:6]
                return answers.transport(header[1] & 0xF0, header)
            self.largest = max(self.largest, len(tpdu))
            joined += tpdu[len(header):]
            if header[2] & 0x80:
                return answers.session(joined)


class Client:
    """A user agent that does all right: binds, lists, releases."""

    def __init__(self, port, kind, variables):
        self.composer = compose.Composer(kind, variables)
        self.connection = Connection.to(port, variables)
        self.number = 0
        self.say("cr()", "CC")
        self.say("cn()", "AC")

    def say(self, text, wanted):
        self.connection.send(self.composer.octets(text))
        got = self.connection.answer()
        if not got.startswith(wanted):
            raise AssertionError(f"a normal client got {got!r} for {text}, not {wanted}")
        return got

    def list(self):
        self.number += 1
        self.say(f"ask(21, 31{{ a1{{31{{}}}} a3{{31{{}}}} }}, id={self.number})", f"3: result {self.number} op=21")

    def deliver(self, argument):
        self.number += 1
        self.say(f"ask(5, {argument.hex()}, id={self.number})", f"3: result {self.number} op=5")

    def leave(self):
        self.say("fn()", "DN RLRE 0")
        self.connection.close()
