#include "common/server/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "google/protobuf/stubs/logging.h"

namespace banso::server {
namespace {

std::atomic<LogLevel> minimum_level{LogLevel::kInfo};
std::atomic<int> log_file{STDERR_FILENO};

absl::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      break;
  }
  return "error";
}

void AppendJsonString(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(out, "\\u%04x", c);
        } else {
          out->push_back(c);
        }
    }
  }
  out->push_back('"');
}

void AppendValue(const LogField& field, std::string* out) {
  if (const auto* text = std::get_if<std::string>(&field.value)) {
    AppendJsonString(*text, out);
  } else if (const auto* number = std::get_if<int64_t>(&field.value)) {
    absl::StrAppend(out, *number);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    absl::StrAppend(out, std::isfinite(*real) ? absl::StrCat(*real) : "null");
  } else {
    absl::StrAppend(out, std::get<bool>(field.value) ? "true" : "false");
  }
}

void WriteWhole(absl::string_view line) {
  // One write per line: lines of several threads and processes do not mix.
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  while (!line.empty()) {
    const ssize_t written = ::write(log_file.load(), line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    line.remove_prefix(static_cast<size_t>(written));
  }
}

void LogForProtobuf(google::protobuf::LogLevel level, const char* file, int line,
                    const std::string& message) {
  const LogLevel own = level >= google::protobuf::LOGLEVEL_ERROR     ? LogLevel::kError
                       : level == google::protobuf::LOGLEVEL_WARNING ? LogLevel::kWarning
                                                                     : LogLevel::kInfo;
  Log(own, message, {{"library", "protobuf"}, {"source", absl::StrCat(file, ":", line)}});
}

}  // namespace

absl::Status OpenLogFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file < 0) {
    return contract::FailedPrecondition(
        "LOG_FILE", path, absl::StrCat("the log file cannot be opened: ", std::strerror(errno)),
        "Give --log_file a path in a folder that can be written to");
  }
  log_file.store(file);
  return absl::OkStatus();
}

void SetLogLevel(LogLevel level) { minimum_level.store(level); }

std::optional<LogLevel> ParseLogLevel(absl::string_view text) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    if (text == LevelName(level)) return level;
  }
  return std::nullopt;
}

bool IsLogged(LogLevel level) { return level >= minimum_level.load(); }

std::string FormatLogLine(absl::string_view time, LogLevel level, absl::string_view message,
                          std::initializer_list<LogField> fields) {
  std::string line =
      absl::StrCat("{\"time\":\"", time, "\",\"level\":\"", LevelName(level), "\",\"message\":");
  AppendJsonString(message, &line);
  for (const LogField& field : fields) {
    const auto* text = std::get_if<std::string>(&field.value);
    if (text != nullptr && text->empty()) continue;
    line.push_back(',');
    AppendJsonString(field.key, &line);
    line.push_back(':');
    AppendValue(field, &line);
  }
  line.push_back('}');
  return line;
}

void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields) {
  if (!IsLogged(level)) return;
  const std::string time =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
  WriteWhole(absl::StrCat(FormatLogLine(time, level, message, fields), "\n"));
}

void TakeOverProtobufLog() { google::protobuf::SetLogHandler(&LogForProtobuf); }

}  // namespace banso::server
