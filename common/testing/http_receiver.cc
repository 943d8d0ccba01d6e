#include "common/testing/http_receiver.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace banso::testing {
namespace {

constexpr size_t kMaxHeader = 64 * 1024;

void SendAll(int connection, const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t size = ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<size_t>(size);
  }
}

// Reads until `bytes` holds `size` of them.
bool ReadUntil(int connection, size_t size, std::string* bytes) {
  std::array<char, 4096> buffer;
  while (bytes->size() < size) {
    const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    bytes->append(buffer.data(), static_cast<size_t>(count));
  }
  return true;
}

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

HttpReceiver::HttpReceiver(std::vector<int> answers)
    : answers_(std::move(answers)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, length) != 0 || ::listen(listener_, SOMAXCONN) != 0 ||
      ::getsockname(listener_, any, &length) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

HttpReceiver::~HttpReceiver() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
  for (const int connection : unanswered_) ::close(connection);
}

std::string HttpReceiver::url() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/hook";
}

std::vector<HttpReceiver::Request> HttpReceiver::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void HttpReceiver::Serve() {
  while (true) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    Request request;
    int answer = kClose;
    if (ReadRequest(connection, &request)) {
      const std::lock_guard lock(mutex_);
      answer = answers_[std::min(requests_.size(), answers_.size() - 1)];
      requests_.push_back(std::move(request));
    }
    if (answer == kNoAnswer) {
      unanswered_.push_back(connection);
      continue;
    }
    if (answer != kClose) {
      SendAll(connection, "HTTP/1.1 " + std::to_string(answer) +
                              " As told\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    ::close(connection);
  }
}

bool HttpReceiver::ReadRequest(int connection, Request* request) {
  std::string bytes;
  size_t end = std::string::npos;
  while (end == std::string::npos) {
    if (bytes.size() > kMaxHeader || !ReadUntil(connection, bytes.size() + 1, &bytes)) return false;
    end = bytes.find("\r\n\r\n");
  }
  size_t line = bytes.find("\r\n");
  request->first_line = bytes.substr(0, line);
  while (line < end) {
    const size_t begin = line + 2;
    line = bytes.find("\r\n", begin);
    const size_t colon = bytes.find(": ", begin);
    if (colon == std::string::npos || colon > line) continue;
    request->headers[LowerCase(bytes.substr(begin, colon - begin))] =
        bytes.substr(colon + 2, line - colon - 2);
  }
  const size_t length = std::strtoul(request->headers["content-length"].c_str(), nullptr, 10);
  if (!ReadUntil(connection, end + 4 + length, &bytes)) return false;
  request->body = bytes.substr(end + 4, length);
  return true;
}

}  // namespace banso::testing
