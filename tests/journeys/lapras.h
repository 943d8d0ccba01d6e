#ifndef BANSO_TESTS_JOURNEYS_LAPRAS_H_
#define BANSO_TESTS_JOURNEYS_LAPRAS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/handoff/v1/process.pb.h"
#include "tests/journeys/client.h"
#include "tests/journeys/process.h"
#include "tests/journeys/suite.h"

namespace banso::journeys {

// One customer's way from a won deal to the retention team, by the program deploy/programs/lapras:
// each method is a stretch of it, plays it through the gateway and checks what a user would look
// at. To be called in the order in which they stand here. The contract begins on 1 April 2025.
class Lapras {
 public:
  explicit Lapras(Suite& suite);

  const Client& client() const { return client_; }
  // The business time, RFC 3339.
  const std::string& time() const { return time_; }

  // `banso WORDS...` against this suite.
  Finished Banso(const std::vector<std::string>& words, const std::string& input = "") const;

  void ApplyProgram();
  void ImportAccounts();
  void WinDeal();
  // Only asks for it: the process may go on when this returns. Asked again it is the same process.
  absl::StatusOr<handoff::v1::Process> AskForOnboarding();
  void StartOnboarding();
  void AwaitOnboarding();
  void LookAtPlan();
  void GetReadyForKickoff();
  // Until the kickoff could be held, then that, then both with a look at what follows from it.
  void ComeToKickoff();
  absl::Status TellOfKickoff();
  void HoldKickoff();
  void AwaitKickoffClock();
  void LetTwoWeeksPass();
  // Part 0 and part 1 of the month's samples as JSON. Sending a part again changes nothing.
  static std::string Samples(int part);
  absl::Status SendSamples(int part);
  void LookAtScore();
  void LookAtSuccess();
  void RecordEvidence();
  void Complete();
  void HandOver();
  void WatchTheGap();
  void TellTheStory();

  // Waits until every service has taken over all that the others have told.
  void CatchUp();
  // Sets the business time of the whole suite.
  void SetTime(const std::string& time);

 private:
  // Waits until every follower of `service` has caught up with it.
  void CatchUpWith(const std::string& service);

  Suite& suite_;
  const Client client_;
  std::string time_ = "2025-04-01T01:00:00Z";
};

}  // namespace banso::journeys

#endif  // BANSO_TESTS_JOURNEYS_LAPRAS_H_
