#ifndef BANSO_COMMON_STORAGE_SQLITE_TRANSACTION_SCOPE_H_
#define BANSO_COMMON_STORAGE_SQLITE_TRANSACTION_SCOPE_H_

namespace banso::storage::sqlite {

// Marks that this thread runs the body of a transaction, so that a transaction begun inside one is
// refused instead of locking up.
class TransactionScope {
 public:
  TransactionScope() { active_ = true; }
  ~TransactionScope() { active_ = false; }
  TransactionScope(const TransactionScope&) = delete;
  TransactionScope& operator=(const TransactionScope&) = delete;

  static bool active() { return active_; }

 private:
  static inline thread_local bool active_ = false;
};

}  // namespace banso::storage::sqlite

#endif  // BANSO_COMMON_STORAGE_SQLITE_TRANSACTION_SCOPE_H_
