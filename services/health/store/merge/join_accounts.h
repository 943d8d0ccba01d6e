#ifndef BANSO_SERVICES_HEALTH_STORE_MERGE_JOIN_ACCOUNTS_H_
#define BANSO_SERVICES_HEALTH_STORE_MERGE_JOIN_ACCOUNTS_H_

#include <string>

#include "absl/status/status.h"
#include "common/storage/database.h"

// What becomes, here, of accounts that turned out to be the same company (accounts' MergeAccounts).
namespace banso::health {

class Store;

// Brings what was observed or said of the account `duplicate` over to `kept`: samples, judgements,
// outcomes, overrides, signals, expected use and tasks of upkeep, each with its own times, so that
// `kept` reads as of a past time as if all had been about it from the beginning. Scores and stages
// go on there where it has none of the model. Both are `accounts/{account}`.
//
// What stays under the duplicate: its onboardings with their labels and forecasts, messages that
// have been handed to the outbox, and scores and stages of models by which `kept` is judged itself.
// Answers to surveys come with the people who gave them: see JoinPeople.
//
// To do it again changes nothing but what has come in meanwhile.
absl::Status JoinAccounts(storage::Writer& writer, const Store& store, const std::string& duplicate,
                          const std::string& kept);

// Brings what a person was asked and answered under the name `before` over to the name `after`, in
// the account of that. Both are `accounts/{account}/stakeholders/{stakeholder}`.
absl::Status JoinPeople(storage::Writer& writer, const Store& store, const std::string& before,
                        const std::string& after);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_MERGE_JOIN_ACCOUNTS_H_
