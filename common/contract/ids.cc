#include "common/contract/ids.h"

#include <sodium.h>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace banso::contract {
namespace {

constexpr int kIdLength = 20;
// 32 characters, 5 bits each; without the ones that are easily misread.
constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
static_assert(sizeof(kAlphabet) == 33);

}  // namespace

std::string RandomBytes(int size) {
  BANSO_CHECK(sodium_init() >= 0);
  std::string bytes(static_cast<size_t>(size), '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string SystemIdSource::New() {
  std::string id = RandomBytes(kIdLength);
  for (char& c : id) c = kAlphabet[static_cast<unsigned char>(c) % 32];
  return id;
}

std::string CountingIdSource::New() { return absl::StrCat(prefix_, "-", ++count_); }

std::string IdOrNew(absl::string_view given, IdSource& source) {
  return given.empty() ? source.New() : std::string(given);
}

}  // namespace banso::contract
