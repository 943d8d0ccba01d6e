#ifndef BANSO_TESTS_FAULTS_BULK_LOAD_H_
#define BANSO_TESTS_FAULTS_BULK_LOAD_H_

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "tests/faults/accounts_client.h"
#include "tests/faults/feed.h"

namespace banso::faults {

// Writers whose every commit is of many resources, without a pause: imports, each message of a
// stream one commit; reassignments of all accounts of a set at once; merges of an account whose
// people move. An attempt for which the service was away is made again, the same, until it is
// answered. What is answered as done in part is a fault; so is any other error. Faults end their
// writer.
class BulkLoad {
 public:
  // How many accounts a message of an import, and a reassignment, has; and how many people move
  // with a merge.
  static constexpr int kRows = 40;
  static constexpr int kPeople = 5;

  // Makes what the writers work on; the service must be there.
  explicit BulkLoad(const std::string& address);
  // Stops.
  ~BulkLoad();

  // Lets every writer come to the end of what it is at.
  void Stop();

  std::vector<std::string> faults() const;
  // Attempts for which the service was away.
  int repeated() const { return repeated_; }
  // How much is done, of each kind.
  int messages() const { return messages_; }
  int reassignments() const { return reassignments_; }
  int merges() const { return merges_; }
  // Waits until `count` more are done in all; false when they are not in time.
  bool AwaitMore(int count);

  // Once stopped: expects (by GoogleTest) that the changes of each commit came one behind the
  // other in `feed`, each commit once and whole, and that the store holds what was acknowledged.
  void ExpectNothingHalfDone(Feed& feed) const;

 private:
  // Makes attempts until one is answered.
  template <class Attempt>
  auto Insist(Attempt attempt);
  void Note(const std::string& what, const absl::Status& status);
  void Count(std::atomic<int>& kind);

  void SetUp();
  void Import(int writer);
  void Reassign(int set);
  void Merge(int writer);
  absl::Status MergeOnce(const AccountsClient& client, const std::string& id);

  void ExpectImportsWhole(const std::vector<type::v1::Change>& changes) const;
  void ExpectReassignmentsWhole(const std::vector<type::v1::Change>& changes) const;
  void ExpectMergesWhole() const;

  const std::string address_;
  std::atomic<bool> stopped_ = false;
  std::atomic<int> repeated_ = 0;
  std::atomic<int> messages_ = 0;
  std::atomic<int> reassignments_ = 0;
  std::atomic<int> merges_ = 0;
  mutable absl::Mutex mutex_;
  int done_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> faults_ ABSL_GUARDED_BY(mutex_);
  // The owner that was acknowledged last, by the name of the set.
  std::map<std::string, std::string> owners_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace banso::faults

#endif  // BANSO_TESTS_FAULTS_BULK_LOAD_H_
