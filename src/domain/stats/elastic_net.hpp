// Elastic net regression by coordinate descent along a path of penalties (Friedman, Hastie, Tibshirani, JSS 33, 2010; screening by
// the strong rules of Tibshirani et al., JRSS B 74, 2012). On the scale of the data, with s the standard deviation of y and each
// column standardised (all with divisor n), it minimises
//     1/(2n) |y - b0 - X b|^2 + lambda · (alpha |b|_1 + (1 - alpha)/(2 s) |b|_2^2)        (b of the standardised columns)
// which is glmnet's convention: it standardises y as well, so the ridge part is divided by s.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.hpp"
#include "domain/stats/matrix.hpp"

namespace valion::stats {

struct ElasticNetOptions {
  double alpha = 1;             // 1 lasso … 0 ridge
  std::vector<double> lambdas;  // descending and positive; empty: chosen from the data
  std::size_t path_length =
      100;  // when chosen: from the least lambda without any effect (computed with alpha >= 0.001) …
  double smallest_share = 0;  // … down to this share of it; 0: 0.0001, or 0.01 with fewer rows than columns
  double tolerance = 1e-9;    // converged when no standardised coefficient moves by more than this, in units of s
  std::size_t most_sweeps = 100000;  // per lambda
};

struct ElasticNetPath {
  std::vector<double> lambdas;
  Vector intercepts;              // one per lambda
  Matrix coefficients;            // one row per column of x, one column per lambda, on the scale of the data
  std::vector<double> explained;  // share of y's variance explained (R² on the training rows)
  std::size_t sweeps = 0;         // over the whole path
};

// Requires x.rows() == y.size() >= 2. Constant columns get coefficient 0. ErrorKind::invalid: values that are not finite,
// constant y, options out of range, no convergence within most_sweeps. Works on the cross products of the columns: cost
// O(n p^2) once, then O(p) per step; memory p^2.
[[nodiscard]] Result<ElasticNetPath> fit_elastic_net(const Matrix& x, const Vector& y,
                                                     const ElasticNetOptions& options = {});

struct ElasticNetChoice {
  ElasticNetPath path;                     // on all rows
  std::vector<double> mean_squared_error;  // one per lambda, over the held-out rows
  std::vector<double> standard_error;      // of it, from the spread between folds
  std::size_t minimum = 0;                 // index of the lambda with the least error (glmnet's lambda.min)
  std::size_t one_standard_error = 0;      // of the largest lambda within one standard error of it (lambda.1se)
};

// K-fold cross-validation. `folds` has a fold from 0 to K - 1 for each row; K >= 2 and no fold is empty, otherwise
// ErrorKind::invalid. Standardisation happens inside each fold. Cost K + 1 paths.
[[nodiscard]] Result<ElasticNetChoice> cross_validate_elastic_net(const Matrix& x, const Vector& y,
                                                                  const std::vector<std::size_t>& folds,
                                                                  const ElasticNetOptions& options = {});

}  // namespace valion::stats
