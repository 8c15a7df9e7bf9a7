"""A Modbus device for tests that understands requests by pymodbus (3.0), an implementation that is not ours.

    pymodbus-device.py tcp <port> <units>
    pymodbus-device.py rtu <path> <units>

<units> is JSON: {"<unit>": {"co"|"di"|"hr"|"ir": {"<address>": <number>}}}, addresses from 0. A unit that is not there says nothing on a
line; over TCP it is the exception of a gateway that cannot reach it. What an address that is not there gives is pymodbus' own affair.
Prints "ready" when it can be asked.
"""

import json
import os
import socketserver
import sys
import termios
import tty

from pymodbus.datastore import ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.factory import ServerDecoder
from pymodbus.framer.rtu_framer import ModbusRtuFramer
from pymodbus.framer.socket_framer import ModbusSocketFramer
from pymodbus.pdu import ModbusExceptions

TABLES = ("co", "di", "hr", "ir")


def contexts(units):
    def block(values):
        return ModbusSparseDataBlock({int(at): value for at, value in values.items()})

    return {
        int(unit): ModbusSlaveContext(
            zero_mode=True, **{table: block(tables.get(table, {0: 0})) for table in TABLES}
        )
        for unit, tables in units.items()
    }


def answerer(framer, known, send, is_line):
    def answer(request):
        context = known.get(request.unit_id)
        if context is None and is_line:
            return
        response = (
            request.doException(ModbusExceptions.GatewayNoResponse)
            if context is None
            else request.execute(context)
        )
        response.transaction_id = request.transaction_id
        response.unit_id = request.unit_id
        send(framer.buildPacket(response))

    return answer


def serve_line(path, known):
    line = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(line, termios.TCSANOW)
    framer = ModbusRtuFramer(ServerDecoder())
    answer = answerer(framer, known, lambda frame: os.write(line, frame), True)
    print("ready", flush=True)
    while True:
        framer.processIncomingPacket(os.read(line, 256), answer, list(range(256)))


def serve_tcp(port, known):
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            framer = ModbusSocketFramer(ServerDecoder())
            answer = answerer(framer, known, self.request.sendall, False)
            while True:
                data = self.request.recv(512)
                if not data:
                    return
                framer.processIncomingPacket(data, answer, list(range(256)))

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", port), Handler) as server:
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    kind, place, units = sys.argv[1:]
    if kind == "tcp":
        serve_tcp(int(place), contexts(json.loads(units)))
    else:
        serve_line(place, contexts(json.loads(units)))
