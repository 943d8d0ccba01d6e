#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_ROLE_PLAY_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_ROLE_PLAY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/role_play.pb.h"
#include "common/contract/errors.h"

namespace banso::accounts {

inline constexpr char kReasonRolePlayDecided[] = "ROLE_PLAY_DECIDED";
inline constexpr char kReasonOwnRolePlay[] = "OWN_ROLE_PLAY";

// Adds what is wrong with a role-play by itself: an item twice, fewer than two raters.
void CheckRolePlay(const v1::RolePlay& role_play, contract::Violations* violations);

// Adds a rating that `actor` records, or replaces the rater's earlier one, and works out what came
// of it: passed when the mean score reaches the pass mark, as soon as there are enough raters.
// FAILED_PRECONDITION (ROLE_PLAY_DECIDED) once it is passed or failed; INVALID_ARGUMENT for a score
// of another item, outside 1 to 5 or missing, or when the member rates itself.
absl::Status Rate(const v1::RolePlayRating& rating, const std::string& actor, absl::Time now,
                  v1::RolePlay* role_play);

// Certifies the member by a role-play that was passed, in place of an earlier certification of the
// same kind.
void Certify(const v1::RolePlay& role_play, v1::Member* member);

// Krippendorff's alpha for interval data: 1 - D_observed / D_expected with squared differences
// (K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011). `scores[rater][item]` is
// complete. Absent with fewer than two raters, or when all scores are alike.
std::optional<double> KrippendorffAlpha(const std::vector<std::vector<double>>& scores);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_ROLE_PLAY_H_
