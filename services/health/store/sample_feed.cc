#include "services/health/store/sample_feed.h"

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

std::string EncodeTouched(const std::set<TouchedDay>& touched) {
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

absl::Status SaveTouched(storage::Writer& writer, const std::set<TouchedDay>& touched) {
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

}  // namespace banso::health
