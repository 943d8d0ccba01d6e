#ifndef BANSO_COMMON_TESTING_HTTP_RECEIVER_H_
#define BANSO_COMMON_TESTING_HTTP_RECEIVER_H_

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace banso::testing {

// Stands for somebody's HTTP server on loopback: takes one request per connection, one after the
// other, and answers as it is told. A header is at most 64 KiB long.
class HttpReceiver {
 public:
  // What to do with a request instead of answering with a status code.
  static constexpr int kNoAnswer = 0;
  static constexpr int kClose = -1;

  struct Request {
    // `POST /hook HTTP/1.1`.
    std::string first_line;
    // By lower-case name.
    std::map<std::string, std::string> headers;
    std::string body;
  };

  // Answers the first request with the first status code, and so on; all further ones with the
  // last.
  explicit HttpReceiver(std::vector<int> answers);
  // Closes everything.
  ~HttpReceiver();
  HttpReceiver(const HttpReceiver&) = delete;
  HttpReceiver& operator=(const HttpReceiver&) = delete;

  int port() const { return port_; }
  // `http://127.0.0.1:<port>/hook`.
  std::string url() const;
  // What has come so far.
  std::vector<Request> requests() const;

 private:
  void Serve();
  // False when the connection ended before the request did.
  static bool ReadRequest(int connection, Request* request);

  const std::vector<int> answers_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;  // Guarded by mutex_.
  std::vector<int> unanswered_;    // Of the thread alone, until it has ended.
  std::thread thread_;
};

}  // namespace banso::testing

#endif  // BANSO_COMMON_TESTING_HTTP_RECEIVER_H_
