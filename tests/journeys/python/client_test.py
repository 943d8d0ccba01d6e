#!/usr/bin/env python3
"""A client in another language: its messages generated from the contracts, it calls a whole suite.

usage: client_test.py BIN_FOLDER GOOGLEAPIS_FOLDER
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[3]
ACCOUNTS = "/banso.accounts.v1.AccountsService/"
# Far longer than anything takes, also on a machine that has much else to do.
LIMIT_SECONDS = 120


def generate(googleapis, folder):
    """Generates the messages of all contracts, and those of the details of errors."""
    protos = [str(path.relative_to(ROOT / "proto")) for path in (ROOT / "proto/banso").rglob("*.proto")]
    details = ["google/rpc/status.proto", "google/rpc/error_details.proto"]
    subprocess.run(["protoc", "-I", "proto", "-I", "/usr/include", "-I", googleapis,
                    f"--python_out={folder}", *sorted(protos), *details], cwd=ROOT, check=True)


class Suite:
    """banso-suite with an empty store, on free ports."""

    def __init__(self, program, folder):
        self.ports = pathlib.Path(folder, "ports.json")
        key = pathlib.Path(folder, "suite.key")
        key.write_text("a-key-that-only-this-test-knows\n", encoding="utf-8")
        data = pathlib.Path(folder, "data")
        self.log = open(pathlib.Path(folder, "suite.log"), "wb")
        self.process = subprocess.Popen(
            # It ends with the test, whatever ends that.
            ["setpriv", "--pdeathsig", "KILL", program, f"--data_dir={data}", "--port=0",
             f"--port_file={self.ports}", f"--suite_key_file={key}"],
            stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + LIMIT_SECONDS
        while not self.ports.exists() or not self.ports.read_text(encoding="utf-8"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the suite did not start")
            time.sleep(0.05)
        port = json.loads(self.ports.read_text(encoding="utf-8"))["gateway"]
        self.address = f"127.0.0.1:{port}"
        self.token = (data / "operator.token").read_text(encoding="utf-8").strip()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=LIMIT_SECONDS)
        self.log.close()


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        generated = os.path.join(cls.folder.name, "generated")
        os.mkdir(generated)
        generate(GOOGLEAPIS, generated)
        sys.path.insert(0, generated)
        cls.suite = Suite(os.path.join(BIN, "banso-suite"), cls.folder.name)
        cls.addClassCleanup(cls.suite.stop)
        cls.channel = grpc.insecure_channel(cls.suite.address)
        cls.addClassCleanup(cls.channel.close)

    def call(self, kind, method, request, response):
        """Calls a method of accounts; `kind` is what gRPC calls its form."""
        caller = getattr(self.channel, kind)(
            ACCOUNTS + method, request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=response.FromString)
        return caller(request, timeout=LIMIT_SECONDS,
                      metadata=[("authorization", f"Bearer {self.suite.token}")])

    def create(self, account_id, name):
        from banso.accounts.v1 import account_pb2, accounts_service_pb2
        request = accounts_service_pb2.CreateAccountRequest(
            account_id=account_id, account=account_pb2.Account(display_name=name))
        return self.call("unary_unary", "CreateAccount", request, account_pb2.Account)

    def test_gets_what_it_creates(self):
        from banso.accounts.v1 import account_pb2, accounts_service_pb2
        created = self.create("toyo", "東洋")
        self.assertEqual(created.name, "accounts/toyo")
        found = self.call("unary_unary", "GetAccount",
                          accounts_service_pb2.GetAccountRequest(name=created.name),
                          account_pb2.Account)
        self.assertEqual(found, created)
        self.assertEqual(found.display_name, "東洋")

    def test_reads_the_details_of_an_error(self):
        from google.rpc import error_details_pb2, status_pb2
        with self.assertRaises(grpc.RpcError) as raised:
            self.create("No Such Id", "Toyo")
        self.assertEqual(raised.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        trailers = dict(raised.exception.trailing_metadata())
        status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
        info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        for detail in status.details:
            detail.Unpack(info)
            detail.Unpack(request)
        self.assertEqual((info.domain, info.reason), ("banso", "FIELD_VIOLATION"))
        self.assertEqual([violation.field for violation in request.field_violations],
                         ["account_id"])

    def test_streams_in_both_directions(self):
        from banso.accounts.v1 import account_pb2, accounts_service_pb2
        from banso.type.v1 import change_pb2
        rows = [account_pb2.Account(display_name=f"Company {i}", external_ids=[
            account_pb2.ExternalId(system="crm", id=str(i))]) for i in range(3)]
        messages = [accounts_service_pb2.ImportAccountsRequest(external_system="crm", accounts=[row])
                    for row in rows]
        imported = self.call("stream_unary", "ImportAccounts", iter(messages),
                             accounts_service_pb2.ImportAccountsResponse)
        self.assertEqual((imported.created, imported.rejected), (3, 0))

        names = set()
        stream = self.call("unary_stream", "WatchChanges", change_pb2.WatchChangesRequest(
            kinds=["banso.accounts.v1.Account"]), change_pb2.WatchChangesResponse)
        for message in stream:
            if message.bookmark.snapshot_complete:
                break
            account = account_pb2.Account()
            self.assertTrue(message.change.resource.Unpack(account))
            names.add(account.display_name)
        stream.cancel()
        self.assertLessEqual({row.display_name for row in rows}, names)


if __name__ == "__main__":
    BIN, GOOGLEAPIS = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
