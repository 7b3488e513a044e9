#pragma once

// Values of the identity service for platform/rpc/codec.h. A member that is not named here does not
// travel.

#include <boost/describe.hpp>

#include "control/identity/service.h"

namespace gatehouse::identity {

BOOST_DESCRIBE_ENUM(LinkStatus, kUnknown, kValid, kInvalid)
BOOST_DESCRIBE_ENUM(TokenState, kValid, kStale, kSuspended)
BOOST_DESCRIBE_ENUM(Table, kSso, kLinked)
BOOST_DESCRIBE_ENUM(LinkOutcome::Kind, kCreated, kRenewed, kReattached, kLinkedToOther,
                    kOtherAccount)

BOOST_DESCRIBE_STRUCT(RpcProvider, (),
                      (id, organization, type, external_id, name, issuer, created_at))
BOOST_DESCRIBE_STRUCT(RpcIdentity, (),
                      (id, idp_id, organization, user_id, external_id, data, scopes, name, status,
                       state, state_reason, version, verified_at, synced_at, created_at, idp_type,
                       idp_name, idp_external_id))
BOOST_DESCRIBE_STRUCT(IdentityFilter, (),
                      (id, user_id, identity_ext_id, provider_id, provider_ext_id, provider_type))
BOOST_DESCRIBE_STRUCT(NewLink, (), (provider, user, external_id, name, scopes, data))
BOOST_DESCRIBE_STRUCT(LinkOutcome, (), (kind, identity, former_owner))
BOOST_DESCRIBE_STRUCT(NewPlace, (), (type, external_id, name, issuer, config))
BOOST_DESCRIBE_STRUCT(Actor, (), (user, label, ip, correlation_id))
BOOST_DESCRIBE_STRUCT(Target, (), (table, organization, id))
BOOST_DESCRIBE_STRUCT(Refreshed, (), (data, version, asked))

}  // namespace gatehouse::identity
