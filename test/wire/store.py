"""mstored in a folder of its own, with a mailbox for each case."""
import base64
import hashlib
import pathlib
import queue
import re
import signal
import subprocess
import threading


def hashed(password):
    salt = b"0123456789abcdef"
    derived = hashlib.scrypt(password, salt=salt, n=16, r=1, p=1, dklen=32)
    texts = [base64.b64encode(octets).decode() for octets in (salt, derived)]
    return "scrypt$16$1$1$" + "$".join(texts)


def unthrottled(config):
    """The configuration of a suite that binds wrongly more often than any guesser may, unless it is about that."""
    if "failed_binds" in config:
        return config
    limits = "[limits]\nfailed_binds_per_user = 0\nfailed_binds_per_address = 0\n"
    return config.replace("[limits]\n", limits) if "[limits]" in config else config + "\n" + limits


class Store:
    def __init__(self, program, folder, mta_port, mailboxes, config, selectors="", of_mta=()):
        self.folder = pathlib.Path(folder)
        (self.folder / "secrets").mkdir(parents=True)
        for name, text in (("store", "store-pw"), ("mta1-in", "mta-pw"), ("mts", "mts-pw"), ("p7", "pw")):
            path = self.folder / "secrets" / name
            path.write_text(text + "\n")
            path.chmod(0o600)
        tables = [self.head(selectors), self.mta(mta_port) + "\n".join(of_mta), "[log]\nlevel = \"debug\"\n", unthrottled(config)]
        tables += [self.mailbox(name) for name in ["normal", "held"] + mailboxes]
        (self.folder / "mstored.toml").write_text("\n".join(tables))
        self.process = subprocess.Popen([program, "-c", str(self.folder / "mstored.toml")], stderr=subprocess.PIPE,
                                        text=True, errors="replace")
        self.lines, self.log = queue.Queue(), []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.p7 = int(re.search(r"port=(\d+)", self.line_with(" S109 ")).group(1))
        self.p3 = int(re.search(r"port=(\d+)", self.line_with(" S109 ")).group(1))
        self.line_with(" S102 ")

    @staticmethod
    def head(selectors):
        return ('[store]\nor_address = "C=XX;ADMD=TEST;O=Store"\npassword_file = "secrets/store"\npath = "data"\n'
                '[[listen]]\nprotocol = "p7"\n'
                f'address = "{selectors}127.0.0.1:0"\n'
                '[[listen]]\nprotocol = "p3"\naddress = "127.0.0.1:0"\n')

    @staticmethod
    def mta(port):
        return ('[[mta]]\nname = "MTA1"\npassword_in_file = "secrets/mta1-in"\nretry_first = "1 ms"\n'
                f'retry_most = "1 ms"\nretry_refused = "1 ms"\naddress = "127.0.0.1:{port}"\n')

    hash = None

    def mailbox(self, name):
        Store.hash = Store.hash or hashed(b"pw")
        return (f'[[mailbox]]\nid = "{name}"\nor_addresses = ["C=XX;ADMD=TEST;O=Org;S={name}"]\n'
                f'p7_hash = "{Store.hash}"\nmts_password_file = "secrets/mts"\nmta = "MTA1"\n')

    def read(self):
        for line in self.process.stderr:
            self.log.append(line)
            self.lines.put(line)
        self.lines.put(None)

    def line_with(self, text, patience=60):
        """Waits for a line of the log that contains `text`."""
        while (line := self.lines.get(timeout=patience)) is not None:
            if text in line:
                return line
        raise AssertionError(f"mstored ended without saying {text!r}:\n" + "".join(self.log[-40:]))

    def forget_lines(self):
        while not self.lines.empty():
            self.lines.get()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)
