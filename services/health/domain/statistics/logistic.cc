#include "services/health/domain/statistics/logistic.h"

#include <linear.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "services/health/domain/statistics/clustered.h"

namespace banso::health::statistics {
namespace {

// The library penalizes the intercept, too; as the weight of a feature of this size, it is hardly
// penalized at all.
constexpr double kBias = 1000;
constexpr double kTolerance = 1e-10;
// Log-odds beyond which a fit counts as run away, in standard deviations of a feature.
constexpr double kRunAway = 50;

struct FreeModel {
  void operator()(model* fitted) const { free_and_destroy_model(&fitted); }
};

double Sigmoid(double logit) { return 1 / (1 + std::exp(-logit)); }

// log(1 + exp(x)) without overflow.
double SoftPlus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

std::vector<double> Means(absl::Span<const LogisticCase> cases) {
  std::vector<double> means(cases.front().features.size(), 0.0);
  for (const LogisticCase& one : cases) {
    for (size_t i = 0; i < means.size(); ++i) {
      means[i] += one.features[i] / static_cast<double>(cases.size());
    }
  }
  return means;
}

// The cases in the library's form, features less their means.
class Problem {
 public:
  Problem(absl::Span<const LogisticCase> cases, const std::vector<double>& means)
      : width_(means.size() + 2), nodes_(cases.size() * width_) {
    for (size_t i = 0; i < cases.size(); ++i) {
      feature_node* row = &nodes_[i * width_];
      for (size_t j = 0; j < means.size(); ++j) {
        row[j] = {static_cast<int>(j + 1), cases[i].features[j] - means[j]};
      }
      row[means.size()] = {static_cast<int>(means.size() + 1), kBias};
      row[means.size() + 1] = {-1, 0};
      rows_.push_back(row);
      labels_.push_back(cases[i].event ? 1 : -1);
    }
    problem_.l = static_cast<int>(cases.size());
    problem_.n = static_cast<int>(means.size() + 1);
    problem_.y = labels_.data();
    problem_.x = rows_.data();
    problem_.bias = kBias;
  }

  const problem* get() const { return &problem_; }

 private:
  size_t width_;
  std::vector<feature_node> nodes_;
  std::vector<feature_node*> rows_;
  std::vector<double> labels_;
  problem problem_ = {};
};

void Silence(const char*) {}

std::unique_ptr<model, FreeModel> Train(const Problem& problem, double penalty) {
  static const bool kSilent = [] {
    set_print_string_function(&Silence);
    return true;
  }();
  static_cast<void>(kSilent);
  parameter options = {};
  options.solver_type = L2R_LR;
  options.C = 1 / penalty;
  options.eps = kTolerance;
  return std::unique_ptr<model, FreeModel>(train(problem.get(), &options));
}

Eigen::VectorXd WithOne(const LogisticCase& one) {
  Eigen::VectorXd x(one.features.size() + 1);
  x[0] = 1;
  for (size_t i = 0; i < one.features.size(); ++i) {
    x[static_cast<Eigen::Index>(i) + 1] = one.features[i];
  }
  return x;
}

bool OnePerCluster(absl::Span<const LogisticCase> cases) {
  std::map<int64_t, int> sizes;
  for (const LogisticCase& one : cases) {
    if (++sizes[one.cluster] > 1) return false;
  }
  return true;
}

// Sets the standard errors, and of how many clusters they are.
void SetErrors(absl::Span<const LogisticCase> cases, double penalty, LogisticFit& fit) {
  const auto size = static_cast<Eigen::Index>(fit.coefficients.size() + 1);
  Eigen::MatrixXd information = Eigen::MatrixXd::Zero(size, size);
  std::map<int64_t, Eigen::VectorXd> scores;
  for (const LogisticCase& one : cases) {
    const Eigen::VectorXd x = WithOne(one);
    const double p = fit.Probability(one.features);
    information += p * (1 - p) * x * x.transpose();
    auto [sum, added] = scores.emplace(one.cluster, Eigen::VectorXd::Zero(size));
    sum->second += ((one.event ? 1 : 0) - p) * x;
  }
  Eigen::MatrixXd hessian = information;
  for (Eigen::Index i = 1; i < size; ++i) hessian(i, i) += penalty;
  Eigen::MatrixXd spread = information;
  if (!OnePerCluster(cases)) {
    fit.clusters = static_cast<int64_t>(scores.size());
    const auto clusters = static_cast<double>(scores.size());
    spread.setZero();
    for (const auto& [cluster, score] : scores) spread += score * score.transpose();
    if (clusters > 1) spread *= clusters / (clusters - 1);
  }
  const Eigen::LDLT<Eigen::MatrixXd> solver(hessian);
  const Eigen::MatrixXd half = solver.solve(spread);
  const Eigen::MatrixXd covariance = solver.solve(half.transpose());
  for (Eigen::Index i = 0; i < size; ++i) {
    fit.standard_errors.push_back(std::sqrt(std::max(0.0, covariance(i, i))));
  }
}

// Newton's steps from what the library found: it penalizes the intercept a little and stops at six
// digits.
void Polish(absl::Span<const LogisticCase> cases, double penalty, LogisticFit& fit) {
  constexpr int kSteps = 5;
  constexpr double kSmall = 1e-12;
  const auto size = static_cast<Eigen::Index>(fit.coefficients.size() + 1);
  for (int step = 0; step < kSteps; ++step) {
    Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(size, size);
    Eigen::VectorXd gradient = Eigen::VectorXd::Zero(size);
    for (const LogisticCase& one : cases) {
      const Eigen::VectorXd x = WithOne(one);
      const double p = fit.Probability(one.features);
      hessian += p * (1 - p) * x * x.transpose();
      gradient += ((one.event ? 1 : 0) - p) * x;
    }
    for (Eigen::Index i = 1; i < size; ++i) {
      hessian(i, i) += penalty;
      gradient[i] -= penalty * fit.coefficients[static_cast<size_t>(i) - 1];
    }
    const Eigen::VectorXd change = hessian.ldlt().solve(gradient);
    if (!change.allFinite()) return;
    fit.intercept += change[0];
    for (Eigen::Index i = 1; i < size; ++i) {
      fit.coefficients[static_cast<size_t>(i) - 1] += change[i];
    }
    if (change.norm() < kSmall) return;
  }
}

// Whether a coefficient times its feature's spread is beyond all reason.
bool HasRunAway(absl::Span<const LogisticCase> cases, const std::vector<double>& means,
                const LogisticFit& fit) {
  for (size_t i = 0; i < means.size(); ++i) {
    double variance = 0;
    for (const LogisticCase& one : cases) {
      variance += std::pow(one.features[i] - means[i], 2) / static_cast<double>(cases.size());
    }
    if (std::abs(fit.coefficients[i]) * std::sqrt(variance) > kRunAway) return true;
  }
  return !std::isfinite(fit.intercept);
}

// The mean log loss of `left_out` by a fit of `fitted`; nothing without a fit.
std::optional<double> LossOf(const std::vector<LogisticCase>& fitted,
                             const std::vector<LogisticCase>& left_out, double penalty) {
  const std::optional<LogisticFit> fit = FitLogistic(fitted, penalty);
  if (!fit.has_value()) return std::nullopt;
  double loss = 0;
  for (const LogisticCase& one : left_out) {
    const double logit = fit->Logit(one.features);
    loss += SoftPlus(one.event ? -logit : logit);
  }
  return loss;
}

}  // namespace

double LogisticFit::Logit(absl::Span<const double> features) const {
  double logit = intercept;
  for (size_t i = 0; i < coefficients.size(); ++i) logit += coefficients[i] * features[i];
  return logit;
}

double LogisticFit::Probability(absl::Span<const double> features) const {
  return Sigmoid(Logit(features));
}

double LogisticFit::Quantile(double confidence) const {
  if (!clusters.has_value()) return NormalQuantile(confidence);
  return ClusteredQuantile(std::max<int64_t>(*clusters, 2), confidence);
}

std::optional<LogisticFit> FitLogistic(absl::Span<const LogisticCase> cases, double penalty) {
  const auto events =
      std::count_if(cases.begin(), cases.end(), [](const LogisticCase& one) { return one.event; });
  if (events == 0 || events == static_cast<std::ptrdiff_t>(cases.size())) return std::nullopt;
  const std::vector<double> means = Means(cases);
  const Problem problem(cases, means);
  const std::unique_ptr<model, FreeModel> fitted = Train(problem, penalty);
  // The library's sign is that of the label that it met first.
  const double sign = fitted->label[0] == 1 ? 1 : -1;
  LogisticFit fit;
  fit.intercept = sign * fitted->w[means.size()] * kBias;
  for (size_t i = 0; i < means.size(); ++i) {
    fit.coefficients.push_back(sign * fitted->w[i]);
    fit.intercept -= fit.coefficients.back() * means[i];
  }
  if (HasRunAway(cases, means, fit)) return std::nullopt;
  Polish(cases, penalty, fit);
  if (HasRunAway(cases, means, fit)) return std::nullopt;
  SetErrors(cases, penalty, fit);
  return fit;
}

std::optional<double> ChoosePenalty(absl::Span<const LogisticCase> cases,
                                    absl::Span<const double> penalties, int folds) {
  std::map<int64_t, int> fold_of;
  for (const LogisticCase& one : cases) fold_of.emplace(one.cluster, 0);
  int next = 0;
  for (auto& [cluster, fold] : fold_of) fold = next++ % folds;
  std::optional<double> best;
  double least = 0;
  for (const double penalty : penalties) {
    double loss = 0;
    bool fitted = true;
    for (int fold = 0; fold < folds && fitted; ++fold) {
      std::vector<LogisticCase> inside;
      std::vector<LogisticCase> outside;
      for (const LogisticCase& one : cases) {
        (fold_of[one.cluster] == fold ? outside : inside).push_back(one);
      }
      const std::optional<double> part = LossOf(inside, outside, penalty);
      fitted = part.has_value();
      loss += part.value_or(0);
    }
    if (!fitted || (best.has_value() && loss >= least)) continue;
    best = penalty;
    least = loss;
  }
  return best;
}

}  // namespace banso::health::statistics
