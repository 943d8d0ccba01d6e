#include "common/server/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"

namespace banso::server {
namespace {

constexpr absl::Duration kRetryConnectAfter = absl::Seconds(10);
constexpr long kFirstFinalStatus = 200;

struct Free {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(char* text) const { curl_free(text); }
};

// The part of the url, or empty.
std::string PartOf(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  const std::unique_ptr<char, Free> owned(text);
  return text;
}

std::string PortOf(CURLU* url) { return PartOf(url, CURLUPART_PORT, CURLU_DEFAULT_PORT); }

// Null for what is no address of HTTP.
std::unique_ptr<CURLU, Free> Parse(absl::string_view text) {
  if (!std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isgraph(c); })) {
    return nullptr;
  }
  std::unique_ptr<CURLU, Free> url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_DISALLOW_USER) !=
      CURLUE_OK) {
    return nullptr;
  }
  // libcurl also takes one slash, or three.
  const bool of_http =
      absl::StartsWithIgnoreCase(text, "http://") || absl::StartsWithIgnoreCase(text, "https://");
  return of_http && PortOf(url.get()) != "0" ? std::move(url) : nullptr;
}

// Takes nothing of the answer's body: the code is all that is asked for.
size_t RefuseBody(char*, size_t, size_t, void*) { return 0; }

std::unique_ptr<curl_slist, Free> HeadersOf(const HttpPost& post) {
  // Nobody is asked whether the body may be sent.
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  list = curl_slist_append(list, absl::StrCat("Content-Type: ", post.content_type).c_str());
  for (const auto& [name, value] : post.headers) {
    list = curl_slist_append(list, absl::StrCat(name, ": ", value).c_str());
  }
  return std::unique_ptr<curl_slist, Free>(list);
}

void Prepare(const HttpPost& post, curl_slist* headers, char* error, CURL* handle) {
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(handle, CURLOPT_URL, post.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, post.body.data());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size()));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &RefuseBody);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(post.timeout)));
  // No signals in a process of many threads, and no waiting for a name server after the timeout.
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  if (!post.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, post.ca_file.c_str());
}

}  // namespace

bool IsHttpUrl(absl::string_view url) { return Parse(url) != nullptr; }

absl::StatusOr<int> PostHttp(const HttpPost& post) {
  const auto url = Parse(post.url);
  if (url == nullptr) {
    return contract::InvalidField("url", post.url, "an http or https address without a user");
  }
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, Free> handle(ready == CURLE_OK ? curl_easy_init() : nullptr);
  if (handle == nullptr) return contract::Internal("the HTTP client does not start");
  const auto headers = HeadersOf(post);
  char error[CURL_ERROR_SIZE] = "";
  Prepare(post, headers.get(), error, handle.get());
  const CURLcode code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  // A body makes it end with an error, as it should; the header is there all the same.
  if (status >= kFirstFinalStatus && (code == CURLE_OK || code == CURLE_WRITE_ERROR)) {
    return static_cast<int>(status);
  }
  // Not the path: some receivers take it for a secret.
  const std::string receiver =
      absl::StrCat(PartOf(url.get(), CURLUPART_HOST), ":", PortOf(url.get()));
  if (code == CURLE_OPERATION_TIMEDOUT) return contract::DeadlineExceeded(receiver);
  return contract::Unavailable(
      absl::StrCat(receiver, " (", error[0] != '\0' ? error : curl_easy_strerror(code), ")"),
      kRetryConnectAfter);
}

}  // namespace banso::server
