#!/usr/bin/env python3
"""A liquidity provider at the other end of the wire, for tests: a second implementation of it, by
python3-msgpack and nothing of ours.

    provider_server.py <address> <folder>

The address is unix:/path or tcp:host:port. In the folder it writes `received.jsonl`, one line for each
message that arrived whole, and reads `control`: one JSON object a line, obeyed as it is appended.

    {"set": {"reject": 100}}   behaviour from now on, see Behaviour
    {"send": {...}}            a map to every connection, unasked
    {"raw": "00000003c10000"}  bytes to every connection, as they are
    {"drop": true}             ends every connection
"""

import json
import os
import random
import signal
import socket
import struct
import sys
import threading
import time

import msgpack


class Behaviour:
    """What it does to whom; numbers are per mille of the requests."""

    def __init__(self):
        self.reject = 0
        self.duplicate = 0
        self.delay = 0
        self.longest_delay = 0.2  # seconds
        self.silent = False  # answers nothing
        self.deaf = False  # reads nothing
        self.cut_after = 0  # ends the connection in the middle of this answer, counted from now
        self.die_after = 0  # ends itself when it has received so many messages
        self.kill_after = 0  # kills `kill_pid` when it has received so many
        self.kill_pid = 0
        self.form = "report"  # or `plain`, `fix`: how a report looks


class Provider:
    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.RLock()
        self.behaviour = Behaviour()
        self.random = random.Random(7)
        self.connections = []
        self.count = 0
        self.log = open(os.path.join(folder, "received.jsonl"), "a", buffering=1)

    # -- the wire ------------------------------------------------------------------------------

    def serve(self, connection):
        with self.lock:
            self.connections.append(connection)
        try:
            while True:
                while self.behaviour.deaf:
                    time.sleep(0.01)
                head = self.exactly(connection, 4)
                (length,) = struct.unpack(">I", head)
                body = self.exactly(connection, length)
                self.received(connection, msgpack.unpackb(body, raw=False))
        except (OSError, EOFError):
            pass
        finally:
            with self.lock:
                if connection in self.connections:
                    self.connections.remove(connection)
            connection.close()

    def exactly(self, connection, count):
        data = b""
        while len(data) < count:
            piece = connection.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def write(self, connection, frame):
        with self.lock:
            if self.behaviour.cut_after > 0:
                self.behaviour.cut_after -= 1
                if self.behaviour.cut_after == 0:
                    connection.sendall(frame[: len(frame) // 2])
                    connection.shutdown(socket.SHUT_RDWR)
                    return
            try:
                connection.sendall(frame)
            except OSError:
                pass  # an answer that is never heard

    def say(self, connection, message):
        body = msgpack.packb(message, use_bin_type=True)
        self.write(connection, struct.pack(">I", len(body)) + body)

    # -- the trade -----------------------------------------------------------------------------

    def received(self, connection, message):
        behaviour = self.behaviour
        with self.lock:
            self.count += 1
            self.log.write(json.dumps(message) + "\n")
            if behaviour.kill_after and self.count >= behaviour.kill_after:
                behaviour.kill_after = 0
                os.kill(behaviour.kill_pid, signal.SIGKILL)
            if behaviour.die_after and self.count >= behaviour.die_after:
                os._exit(3)
            if behaviour.silent:
                return
            answer = self.answer(message)
            copies = 2 if self.chance(behaviour.duplicate) else 1
            late = self.chance(behaviour.delay)
            pause = self.random.uniform(0, behaviour.longest_delay)
        if late:
            threading.Timer(pause, self.repeat, (connection, answer, copies)).start()
        else:
            self.repeat(connection, answer, copies)

    def repeat(self, connection, answer, copies):
        for _ in range(copies):
            self.say(connection, answer)

    def chance(self, per_mille):
        return per_mille > 0 and self.random.randrange(1000) < per_mille

    def answer(self, message):
        status = message["status"]
        name, verdict, price = {
            "OPEN": ("order_id", "EXECUTED", message.get("order_price")),
            "CLOSED": ("close_id", "EXECUTED", message.get("close_price", 1.25)),
            "PENDING": ("order_id", "PENDING", message.get("order_price")),
            "MODIFY": ("modify_id", "MODIFY", message.get("order_price")),
            "CANCELLED": ("cancel_id", "CANCELLED", None),
            "STOPLOSS": ("stoploss_id", "PENDING", message.get("stoploss")),
            "TAKEPROFIT": ("takeprofit_id", "PENDING", message.get("takeprofit")),
            "STOPLOSS-CANCEL": ("stoploss_cancel_id", "CANCELLED", None),
            "TAKEPROFIT-CANCEL": ("takeprofit_cancel_id", "CANCELLED", None),
        }[status]
        if self.chance(self.behaviour.reject):
            return self.report(message[name], "REJECTED", None, None, "no_liquidity")
        filled = message.get("order_quantity") if verdict == "EXECUTED" else None
        return self.report(message[name], verdict, price, filled, None)

    def report(self, identifier, verdict, price, quantity, reason):
        exec_id = "P:%s:%s" % (identifier, verdict)
        now = int(time.time() * 1000)
        if self.behaviour.form == "fix":
            number = {"EXECUTED": "2", "PENDING": "0", "MODIFY": "5", "CANCELLED": "4", "REJECTED": "8"}
            frame = {11: identifier, 17: exec_id, 39: number[verdict], 6: price, 14: quantity, 58: reason}
            return {"type": "execution_report", "ts": now, "raw": frame}
        frame = {"order_id": identifier, "exec_id": exec_id, "ord_status": verdict, "ts": now}
        if self.behaviour.form == "report":
            frame["type"] = "execution_report"
        for name, value in (("avgpx", price), ("cumqty", quantity), ("reason", reason)):
            if value is not None:
                frame[name] = value
        return frame

    # -- whoever directs it --------------------------------------------------------------------

    def obey(self):
        path = os.path.join(self.folder, "control")
        open(path, "a").close()
        with open(path) as control:
            rest = ""
            while True:
                rest += control.read()
                *lines, rest = rest.split("\n")
                for line in lines:
                    if line.strip():
                        self.command(json.loads(line))
                time.sleep(0.005)

    def command(self, order):
        with self.lock:
            for name, value in order.get("set", {}).items():
                if name not in vars(self.behaviour):
                    sys.exit("no behaviour " + name)
                if name.endswith("_after") and name != "cut_after":
                    value += self.count
                setattr(self.behaviour, name, value)
            for connection in list(self.connections):
                if "send" in order:
                    self.say(connection, order["send"])
                if "raw" in order:
                    self.write(connection, bytes.fromhex(order["raw"]))
                if "drop" in order:
                    connection.shutdown(socket.SHUT_RDWR)


def listen(address):
    kind, _, place = address.partition(":")
    if kind == "unix":
        if os.path.exists(place):
            os.unlink(place)
        server = socket.socket(socket.AF_UNIX)
        server.bind(place)
    else:
        host, _, port = place.rpartition(":")
        server = socket.socket(socket.AF_INET)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, int(port)))
    server.listen(16)
    return server


def main():
    address, folder = sys.argv[1:]
    provider = Provider(folder)
    threading.Thread(target=provider.obey, daemon=True).start()
    server = listen(address)
    while True:
        connection, _ = server.accept()
        threading.Thread(target=provider.serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
