#!/usr/bin/env python3
"""A PostgreSQL proxy that cuts the connection at COMMIT.

    pg_proxy.py LISTEN_DIR SERVER_DIR MODE_FILE

Listens as a server would in LISTEN_DIR and forwards to the one in SERVER_DIR. The word in MODE_FILE
says what happens to the next COMMIT that comes from a client, and a number behind it how many bytes
its transaction must have sent at least (a batch sends more than a sweep of the watermark), or a word
what it must have named; the file is emptied when it is done:

    after    the server gets it, the client's connection is cut at once; the server is left to it
    before   the server does not get it, both connections are cut
    hang     the server does not get it and is not told that its client is gone
"""
import os
import socket
import sys
import threading

listen_dir, server_dir, mode_file = sys.argv[1:4]
kept = []  # sockets whose server must not notice


def mode(sent):
    """What to do with a COMMIT behind this; "" where nothing is to be done."""
    try:
        with open(mode_file) as f:
            words = f.read().split()
    except OSError:
        return ""
    if len(words) < 2:
        return words[0] if words else ""
    fits = len(sent) >= int(words[1]) if words[1].isdigit() else words[1].encode() in sent
    return words[0] if fits else ""


def pump(source, target):
    try:
        while True:
            data = source.recv(1 << 16)
            if not data:
                break
            target.sendall(data)
    except OSError:
        pass
    if source not in kept and target not in kept:
        for s in (source, target):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def is_commit(data):
    return b"commit\0" in data.lower()


def from_client(client, server):
    sent = bytearray()  # by this transaction
    try:
        while True:
            data = client.recv(1 << 16)
            if not data:
                break
            sent += data
            wanted = mode(sent) if is_commit(data) else ""
            if is_commit(data):
                sent = bytearray()
            if not wanted:
                server.sendall(data)
                continue
            open(mode_file, "w").close()
            if wanted == "after":
                kept.append(server)
                server.sendall(data)
            elif wanted == "hang":
                kept.append(server)
            else:
                server.shutdown(socket.SHUT_RDWR)
            client.shutdown(socket.SHUT_RDWR)
            return
    except OSError:
        pass
    try:
        server.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def main():
    path = os.path.join(listen_dir, ".s.PGSQL.5432")
    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(50)
    while True:
        client, _ = listener.accept()
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(os.path.join(server_dir, ".s.PGSQL.5432"))
        except OSError:
            client.close()
            continue
        threading.Thread(target=from_client, args=(client, server), daemon=True).start()
        threading.Thread(target=pump, args=(server, client), daemon=True).start()


main()
