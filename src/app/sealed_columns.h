#pragma once

// Every sealed column of the product: for `gatehouse keys`.

#include <vector>

#include "control/authn/factors/sealed.h"
#include "control/identity/linking/sealed.h"
#include "control/identity/seal.h"
#include "control/sso/sealed.h"

namespace gatehouse::app {

inline std::vector<sealed::Column> SealedColumns() {
  std::vector<sealed::Column> all;
  for (const auto& module : {factors::SealedColumns(), identity::SealedColumns(),
                             linking::SealedColumns(), sso::SealedColumns()}) {
    for (const sealed::Column& column : module) all.push_back(column);
  }
  return all;
}

}  // namespace gatehouse::app
