#include "common/server/acceptor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/server/echo_server.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// Connects to a port of this machine; closed when the object goes.
class Client {
 public:
  // `name` is that of the port to come from; empty: any.
  explicit Client(int port, const std::string& name = "") : file_(socket(AF_INET, SOCK_STREAM, 0)) {
    if (!name.empty()) BindTo(name);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    connected_ = connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    const timeval patience = {5, 0};
    setsockopt(file_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  ~Client() { close(file_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  // `ipv4:127.0.0.1:51234`, as gRPC names it.
  std::string name() const {
    sockaddr_in address = {};
    socklen_t size = sizeof(address);
    getsockname(file_, reinterpret_cast<sockaddr*>(&address), &size);
    return "ipv4:127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  void Send(const std::string& bytes) const {
    EXPECT_EQ(send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL), bytes.size());
  }
  // Waits for what the other side sends: true when that is its end.
  bool IsEnded() const {
    char byte = 0;
    const ssize_t size = recv(file_, &byte, 1, 0);
    return size == 0 || (size < 0 && errno == ECONNRESET);
  }

 private:
  void BindTo(const std::string& name) {
    int port = 0;
    EXPECT_TRUE(absl::SimpleAtoi(name.substr(name.rfind(':') + 1), &port));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    EXPECT_EQ(bind(file_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }

  const int file_;
  bool connected_ = false;
};

// Keeps what an acceptor hands over until it has been ended, as gRPC does.
class Keeper {
 public:
  ~Keeper() {
    for (const int file : files_) close(file);
  }
  void Take(int file) {
    absl::MutexLock lock(&mutex_);
    files_.push_back(file);
  }
  void Await(size_t count) {
    const auto enough = [&] { return files_.size() >= count; };
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(5)));
  }
  // Reads so many bytes of the first one.
  void Read(size_t bytes) {
    absl::MutexLock lock(&mutex_);
    std::string read(bytes, 0);
    EXPECT_EQ(recv(files_.front(), read.data(), bytes, MSG_WAITALL), bytes);
  }
  // Closes those whose other side is gone.
  void CloseAll() {
    absl::MutexLock lock(&mutex_);
    for (const int file : files_) close(file);
    files_.clear();
  }

 private:
  absl::Mutex mutex_;
  std::vector<int> files_;
};

class AcceptorTest : public ::testing::Test {
 protected:
  AcceptorTest() {
    auto acceptor = internal::Acceptor::Listen("127.0.0.1", 0);
    EXPECT_THAT(acceptor, IsOk());
    acceptor_ = *std::move(acceptor);
    acceptor_->Begin([this](int, int file, const std::string&) { keeper_.Take(file); });
  }

  Keeper keeper_;
  std::unique_ptr<internal::Acceptor> acceptor_;
};

TEST_F(AcceptorTest, EndsTheConnectionThatIsNamedAndNoOther) {
  const Client one(acceptor_->port());
  const Client other(acceptor_->port());
  keeper_.Await(2);
  acceptor_->End("ipv4:127.0.0.1:1");
  acceptor_->End(one.name());
  EXPECT_TRUE(one.IsEnded());
  EXPECT_TRUE(acceptor_->HasEnded(one.name()));
  EXPECT_FALSE(acceptor_->HasEnded(other.name()));
  acceptor_->End(other.name());
  EXPECT_TRUE(other.IsEnded());
}

TEST_F(AcceptorTest, TakesAnotherCallerOfTheSameNameForANewOne) {
  std::string name;
  {
    const Client one(acceptor_->port());
    name = one.name();
    keeper_.Await(1);
    acceptor_->End(name);
    EXPECT_TRUE(one.IsEnded());
  }
  const Client again(acceptor_->port(), name);
  ASSERT_TRUE(again.connected());
  EXPECT_EQ(again.name(), name);
  keeper_.Await(2);
  EXPECT_FALSE(acceptor_->HasEnded(name));
}

TEST_F(AcceptorTest, LeavesANewCallerOfAnOldNameOutOnce) {
  std::string name;
  {
    const Client one(acceptor_->port());
    name = one.name();
    keeper_.Await(1);
    EXPECT_THAT(acceptor_->Read(), ElementsAre(Pair(name, 0)));
    acceptor_->End(name);
    EXPECT_TRUE(one.IsEnded());
  }
  const Client again(acceptor_->port(), name);
  again.Send("x");
  keeper_.Await(2);
  // The first one is still open on this side.
  EXPECT_THAT(acceptor_->Read(), IsEmpty());
  EXPECT_THAT(acceptor_->Read(), ElementsAre(Pair(name, 0)));
}

TEST_F(AcceptorTest, SaysHowMuchHasBeenRead) {
  const Client one(acceptor_->port());
  keeper_.Await(1);
  EXPECT_THAT(acceptor_->Read(), ElementsAre(Pair(one.name(), 0)));
  one.Send(std::string(1000, 'x'));
  keeper_.Read(600);
  EXPECT_THAT(acceptor_->Read(), ElementsAre(Pair(one.name(), 600)));
  keeper_.Read(400);
  EXPECT_THAT(acceptor_->Read(), ElementsAre(Pair(one.name(), 1000)));
  keeper_.CloseAll();
  EXPECT_THAT(acceptor_->Read(), IsEmpty());
}

TEST_F(AcceptorTest, EndsAllAndWaitsUntilTheyAreClosed) {
  const Client one(acceptor_->port());
  const Client other(acceptor_->port());
  keeper_.Await(2);
  EXPECT_FALSE(acceptor_->EndAll(absl::Now() + absl::Milliseconds(20)));
  EXPECT_TRUE(one.IsEnded());
  EXPECT_TRUE(other.IsEnded());
  keeper_.CloseAll();
  EXPECT_TRUE(acceptor_->EndAll(absl::Now()));
}

TEST_F(AcceptorTest, RefusesCallersWhenItNoLongerListens) {
  const int port = acceptor_->port();
  EXPECT_TRUE(Client(port).connected());
  acceptor_->StopListening();
  EXPECT_FALSE(Client(port).connected());
  acceptor_->StopListening();
}

TEST_F(AcceptorTest, SaysWhyItCannotListen) {
  EXPECT_THAT(internal::Acceptor::Listen("127.0.0.1", acceptor_->port()).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, ::testing::HasSubstr("in use")));
}

TEST(ServerConnectionsTest, ServesOnAfterThereWereTooManyConnections) {
  rlimit before = {};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = 200;
  setrlimit(RLIMIT_NOFILE, &few);
  const absl::Cleanup restore = [&] { setrlimit(RLIMIT_NOFILE, &before); };
  EchoServer server;
  // One who has come before the crowd, with the connection that he needs.
  Peer early({.name = "echo", .address = server.process().address(), .channels = 1});
  const auto ask = [](Peer& peer) {
    return peer.Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")).status();
  };
  ASSERT_THAT(ask(early), IsOk());
  {
    // As many as leave the server numbers to take a connection with, but none that it may keep.
    std::vector<std::unique_ptr<Client>> crowd;
    while (crowd.size() < 120) {
      crowd.push_back(std::make_unique<Client>(server.process().port()));
    }
    EXPECT_TRUE(
        testing::WaitUntil([&] { return server.process().state().refused_connections > 0; }));
    EXPECT_THAT(ask(early), IsOk());
  }
  Peer late({.name = "echo", .address = server.process().address()});
  // The library may still be closing the connections of those who have gone.
  EXPECT_TRUE(testing::WaitUntil([&] { return ask(late).ok(); }));
}

}  // namespace
}  // namespace banso::server
