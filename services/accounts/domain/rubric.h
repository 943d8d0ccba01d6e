#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_RUBRIC_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_RUBRIC_H_

#include <vector>

#include "banso/accounts/v1/role_play.pb.h"
#include "banso/accounts/v1/role_play_rubrics_service.pb.h"
#include "common/contract/errors.h"

// Rubrics that several role-plays are scored by, and what they tell about the raters.
namespace banso::accounts {

// Adds what is wrong with a rubric by itself: a name with a revision, an item twice, fewer than two
// raters.
void CheckRubric(const v1::RolePlayRubric& rubric, contract::Violations* violations);

// Adds a violation for each field that a role-play by a rubric says itself.
void CheckLeftToRubric(const v1::RolePlay& role_play, contract::Violations* violations);

// Lets a role-play be scored by this revision of a rubric.
void Fill(const v1::RolePlayRubric& rubric, v1::RolePlay* role_play);

// Compares those who rated these role-plays, all by one revision of a rubric; those that nobody has
// rated do not count. The rubric of the answer is left empty.
v1::CompareRatersResponse CompareRaters(const std::vector<v1::RolePlay>& role_plays);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_RUBRIC_H_
