"""A key index in Redis by the schema of the contract, filled fast."""

import base64
import binascii
import hashlib
import hmac
import os
import random
import socket

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BATCH = 5000


def pepper():
    return os.urandom(32)


def setting(secret):
    return "1:" + base64.b64encode(secret).decode()


def key(rng):
    """A minted key: 32 characters, then the CRC-32 of what is before it."""
    text = "opt_live_" + "".join(rng.choices(ALPHABET, k=32))
    crc, check = binascii.crc32(text.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        check = ALPHABET[digit] + check
    return text + check


def keys(count, seed):
    rng = random.Random(seed)
    return [key(rng) for _ in range(count)]


def digest(secret, text):
    mac = hmac.new(secret, b"latchkey:key:v1\0" + text.encode(), hashlib.sha256).digest()
    return "1." + base64.urlsafe_b64encode(mac).decode().rstrip("=")


def command(*words):
    parts = [f"*{len(words)}\r\n"]
    for word in words:
        parts.append(f"${len(word)}\r\n{word}\r\n")
    return "".join(parts).encode()


class Redis:
    """As much of a client as filling takes."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.file = self.socket.makefile("rb")

    def call(self, *commands):
        self.socket.sendall(b"".join(commands))
        for _ in commands:
            line = self.file.readline()
            if not line.startswith((b":", b"+")):
                raise RuntimeError(line.decode())

    def workspace(self, name):
        self.call(command("HSET", "latchkey:workspace:" + name, "v", "1", "state", "active", "rev", "1"))

    def fill(self, secret, texts, scopes, workspace="ws_bench", progress=None):
        for start in range(0, len(texts), BATCH):
            self.call(*(
                command("HSET", "latchkey:key:" + digest(secret, text), "v", "1", "id", "key_" + text[9:33].lower(),
                        "workspace", workspace, "environment", "live", "scopes", scopes, "state", "active", "rev", "1")
                for text in texts[start:start + BATCH]))
            if progress:
                progress(min(start + BATCH, len(texts)), len(texts))
