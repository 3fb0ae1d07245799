#!/usr/bin/env python3
"""A TCP proxy on loopback that keeps what passes, TPKT by TPKT, as a pcap file for tshark.

Usage: record.py LISTEN-PORT TARGET-PORT FILE. Writes FILE at SIGTERM. Whoever opened the connection is shown as
a client of port 102. A packet is one TPKT; what is no TPKT is kept as it came.
"""
import asyncio
import signal
import struct
import sys

CLIENT, SERVER = b"\x7f\x00\x00\x02", b"\x7f\x00\x00\x01"
RAW_IP = 101
MOST = 65000


class Pcap:
    def __init__(self):
        self.packets = []
        self.ports = 40000

    def new_port(self):
        self.ports += 1
        return self.ports

    def add(self, port, to_server, sequence, octets):
        source, target = (CLIENT, SERVER) if to_server else (SERVER, CLIENT)
        ports = (port, 102) if to_server else (102, port)
        for at in range(0, len(octets), MOST):
            part = octets[at:at + MOST]
            tcp = struct.pack("!HHIIBBHHH", *ports, (sequence + at) & 0xFFFFFFFF, 0, 0x50, 0x18, 65535, 0, 0)
            ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + len(part), 0, 0, 64, 6, 0, source, target)
            self.packets.append(ip + tcp + part)

    def write(self, name):
        with open(name, "wb") as f:
            f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, RAW_IP))
            for number, packet in enumerate(self.packets):
                f.write(struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet)


class Direction:
    """Octets of one direction, cut at TPKT borders."""

    def __init__(self, pcap, port, to_server):
        self.pcap, self.port, self.to_server = pcap, port, to_server
        self.waiting, self.sequence = b"", 1

    def feed(self, octets):
        self.waiting += octets
        while len(self.waiting) >= 4 and self.waiting[0] == 3:
            size = struct.unpack("!H", self.waiting[2:4])[0]
            if size < 7 or len(self.waiting) < size:
                break
            self.put(self.waiting[:size])
            self.waiting = self.waiting[size:]

    def put(self, octets):
        self.pcap.add(self.port, self.to_server, self.sequence, octets)
        self.sequence += len(octets)

    def end(self):
        if self.waiting:
            self.put(self.waiting)
            self.waiting = b""


async def pump(reader, writer, direction):
    try:
        while octets := await reader.read(65536):
            direction.feed(octets)
            writer.write(octets)
            await writer.drain()
    except ConnectionError:
        pass
    direction.end()
    try:
        writer.close()
    except ConnectionError:
        pass


async def main():
    listen, target, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    pcap = Pcap()

    async def accepted(reader, writer):
        try:
            onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.close()
            return
        port = pcap.new_port()
        await asyncio.gather(pump(reader, onward_writer, Direction(pcap, port, True)),
                             pump(onward_reader, writer, Direction(pcap, port, False)))

    stop = asyncio.Event()
    for s in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(s, stop.set)
    server = await asyncio.start_server(accepted, "127.0.0.1", listen)
    await stop.wait()
    server.close()
    pcap.write(name)


asyncio.run(main())
