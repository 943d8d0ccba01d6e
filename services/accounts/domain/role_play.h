#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_ROLE_PLAY_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_ROLE_PLAY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/role_play.pb.h"
#include "common/contract/errors.h"
#include "google/protobuf/repeated_field.h"

namespace banso::accounts {

inline constexpr char kReasonRolePlayDecided[] = "ROLE_PLAY_DECIDED";
inline constexpr char kReasonOwnRolePlay[] = "OWN_ROLE_PLAY";

// Adds what is wrong with a role-play by itself: what a rubric would say is missing, an item twice,
// fewer than two raters.
void CheckRolePlay(const v1::RolePlay& role_play, contract::Violations* violations);

// Parts of it, of a role-play or rubric whose path is `field`.
void CheckItems(const google::protobuf::RepeatedPtrField<v1::RolePlayItem>& items,
                absl::string_view field, contract::Violations* violations);
void CheckMinRaters(int min_raters, absl::string_view field, contract::Violations* violations);

// FAILED_PRECONDITION (ROLE_PLAY_DECIDED) once a role-play is passed or failed.
absl::Status CheckNotDecided(const v1::RolePlay& role_play);

// Adds a rating that `actor` records, or replaces the rater's earlier one, and works out what came
// of it: passed when the mean score reaches the pass mark, as soon as there are enough raters.
// FAILED_PRECONDITION (ROLE_PLAY_DECIDED) once it is passed or failed; INVALID_ARGUMENT for a score
// of another item, outside 1 to 5 or missing, or when the member rates itself.
absl::Status Rate(const v1::RolePlayRating& rating, const std::string& actor, absl::Time now,
                  v1::RolePlay* role_play);

// Certifies the member by a role-play that was passed, in place of an earlier certification of the
// same kind.
void Certify(const v1::RolePlay& role_play, v1::Member* member);

// The mean of a rating's scores, each item counted with its weight.
double MeanScore(const v1::RolePlayRating& rating, const v1::RolePlay& role_play);

// The scores of each item, one per rating.
std::vector<std::vector<double>> ScoresByItem(const v1::RolePlay& role_play);

// Krippendorff's alpha for interval data: 1 - D_observed / D_expected with squared differences
// (K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011). `units` are the things that
// were scored, each with the scores that it was given; those with fewer than two do not count.
// Absent when none is left, or when all scores are alike.
std::optional<double> KrippendorffAlpha(const std::vector<std::vector<double>>& units);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_ROLE_PLAY_H_
