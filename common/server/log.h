#ifndef BANSO_COMMON_SERVER_LOG_H_
#define BANSO_COMMON_SERVER_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// The log of the process: one JSON object per line, written whole, to standard error or a file.
// Never holds payloads of requests or answers.
namespace banso::server {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// One member of a log line besides `time`, `level` and `message`. Empty text is left out.
struct LogField {
  LogField(absl::string_view key, absl::string_view value) : key(key), value(std::string(value)) {}
  LogField(absl::string_view key, const char* value) : key(key), value(std::string(value)) {}
  LogField(absl::string_view key, const std::string& value) : key(key), value(value) {}
  LogField(absl::string_view key, bool value) : key(key), value(value) {}
  LogField(absl::string_view key, double value) : key(key), value(value) {}
  template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
  LogField(absl::string_view key, T value) : key(key), value(static_cast<int64_t>(value)) {}

  absl::string_view key;
  std::variant<std::string, int64_t, double, bool> value;
};

// Sends the log to a file, which is appended to and created if need be. Without this call it goes
// to standard error. FAILED_PRECONDITION when the file cannot be opened.
absl::Status OpenLogFile(const std::string& path);

// Lines below this level are dropped; kInfo unless set.
void SetLogLevel(LogLevel level);
// Reads `debug`, `info`, `warning` or `error`.
std::optional<LogLevel> ParseLogLevel(absl::string_view text);

// Writes a line. Thread-safe.
void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields = {});
// True when a line of this level is written: for messages that cost something to make.
bool IsLogged(LogLevel level);

// Sends what the protobuf library prints to this log instead. Not thread-safe: call it first thing.
void TakeOverProtobufLog();

// Makes the line that Log writes, without the line break.
std::string FormatLogLine(absl::string_view time, LogLevel level, absl::string_view message,
                          std::initializer_list<LogField> fields);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_LOG_H_
