#include "services/health/store/sample_feed.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/status_macros.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

namespace banso::health {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using storage::Row;
using storage::Writer;

namespace {

// As many values as one message of samples may change.
constexpr size_t kMostJoined = 10000;
// So many commits are read by one transaction.
constexpr int kJoinedAtOnce = 50;

// The position of the last commit but the `newest`; 0 for none.
absl::StatusOr<int64_t> LastToJoin(storage::Reader& reader, int64_t newest) {
  int64_t position = 0;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne("SELECT position FROM sample_commit ORDER BY position DESC "
                                      "LIMIT 1 OFFSET $newest",
                                      {{"newest", newest}},
                                      [&](const Row& row) {
                                        position = row.Int64(0);
                                        return absl::OkStatus();
                                      })
                            .status());
  return position;
}

// Puts `joined` in place of the commits from the first to the last position.
absl::Status Replace(Writer& writer, int64_t first, int64_t last,
                     absl::Span<const TouchedDay> joined) {
  BANSO_RETURN_IF_ERROR(
      writer
          .Execute("DELETE FROM sample_commit WHERE position >= $first AND position < $last",
                   {{"first", first}, {"last", last}})
          .status());
  return writer
      .Execute("UPDATE sample_commit SET touched = $joined WHERE position = $last",
               {{"joined", storage::Bytes{EncodeTouched(joined)}}, {"last", last}})
      .status();
}

// Joins the next commits after `from`, up to the position `to`; returns whether there may be more.
absl::StatusOr<bool> JoinSome(Writer& writer, int64_t to, int64_t& from) {
  BANSO_ASSIGN_OR_RETURN(std::vector<SampleCommit> commits,
                         TailSamples(writer, from, kJoinedAtOnce));
  std::erase_if(commits, [&](const SampleCommit& commit) { return commit.position > to; });
  if (commits.size() < 2) return false;
  std::vector<TouchedDay> joined = std::move(commits[0].touched);
  size_t count = 1;
  for (; count < commits.size(); ++count) {
    std::vector<TouchedDay> both;
    std::set_union(joined.begin(), joined.end(), commits[count].touched.begin(),
                   commits[count].touched.end(), std::back_inserter(both));
    if (both.size() > kMostJoined) break;
    joined = std::move(both);
  }
  const int64_t last = commits[count - 1].position;
  if (count > 1) BANSO_RETURN_IF_ERROR(Replace(writer, commits[0].position, last, joined));
  if (count < commits.size()) from = last;
  return true;
}

}  // namespace

std::string EncodeTouched(absl::Span<const TouchedDay> touched) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    CodedOutputStream out(&stream);
    for (const TouchedDay& value : touched) {
      for (const int64_t number : {value.account, value.metric, value.day, value.object}) {
        out.WriteVarint64(WireFormatLite::ZigZagEncode64(number));
      }
    }
  }
  return bytes;
}

absl::StatusOr<std::vector<TouchedDay>> DecodeTouched(absl::string_view bytes) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  std::vector<TouchedDay> touched;
  while (in.CurrentPosition() < static_cast<int>(bytes.size())) {
    TouchedDay value;
    for (int64_t* number : {&value.account, &value.metric, &value.day, &value.object}) {
      uint64_t encoded = 0;
      if (!in.ReadVarint64(&encoded)) {
        return absl::DataLossError("a stored commit of samples cannot be read");
      }
      *number = WireFormatLite::ZigZagDecode64(encoded);
    }
    touched.push_back(value);
  }
  return touched;
}

absl::Status SaveTouched(Writer& writer, absl::Span<const TouchedDay> touched) {
  return writer
      .Execute("INSERT INTO sample_commit (position, touched) VALUES ($position, $touched)",
               {{"position", writer.NextPosition()},
                {"touched", storage::Bytes{EncodeTouched(touched)}}})
      .status();
}

absl::StatusOr<std::vector<SampleCommit>> TailSamples(storage::Reader& reader, int64_t position,
                                                      int limit) {
  std::vector<SampleCommit> commits;
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT position, touched FROM sample_commit WHERE position > $position "
                   "ORDER BY position LIMIT $limit",
                   {{"position", position}, {"limit", limit}}, [&](const Row& row) -> absl::Status {
                     SampleCommit commit;
                     commit.position = row.Int64(0);
                     BANSO_ASSIGN_OR_RETURN(commit.touched, DecodeTouched(row.Blob(1)));
                     commits.push_back(std::move(commit));
                     return absl::OkStatus();
                   }));
  return commits;
}

absl::Status JoinCommits(storage::Database& database, const Call& call, int64_t newest,
                         int64_t& from) {
  int64_t to = 0;
  BANSO_RETURN_IF_ERROR(database.Read([&](storage::Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(to, LastToJoin(reader, newest));
    return absl::OkStatus();
  }));
  bool more = true;
  while (more && !call.is_cancelled()) {
    int64_t next = from;
    BANSO_RETURN_IF_ERROR(database
                              .Write(call,
                                     [&](Writer& writer) -> absl::Status {
                                       next = from;
                                       BANSO_ASSIGN_OR_RETURN(more, JoinSome(writer, to, next));
                                       return absl::OkStatus();
                                     })
                              .status());
    from = next;
  }
  return absl::OkStatus();
}

}  // namespace banso::health
