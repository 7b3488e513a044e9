// The message catalogue, continued: linked accounts and their tokens.

#include "edge/web/messages.h"

namespace gatehouse::web {

const std::vector<Message>& IdentityMessages() {
  static const std::vector<Message> all = {
      // ---- linking
      {"link_state_invalid", "This way is closed",
       "It was begun in another browser, by another account, or too long ago.",
       "Begin again from your linked accounts."},
      {"link_failed", "The account was not linked", "The provider did not vouch for it.",
       "Try again, and allow what it asks for."},
      {"link_tls_failed", "Could not verify SSL certificate",
       "The provider's token endpoint has no certificate that this server trusts.",
       "Ensure that it has a valid SSL certificate, then link the account again."},
      {"link_unreachable", "The provider did not answer",
       "Its token endpoint could not be reached, or is out of order.",
       "Ensure that it is open to connections, then link the account again."},
      {"link_answer_invalid", "The provider's answer could not be read",
       "We were not able to parse a JSON response.", "Try again."},
      {"linked_to_other", "Somebody else has linked that account",
       "It belongs to another member here, and stays there.",
       "Sign in at the provider with your own account, or ask the other member to disconnect it."},
      {"other_account_linked", "You have linked another account there",
       "One account of each kind can act for you.", "Disconnect the other one first."},

      // ---- providers of an organization
      {"identity_provider_not_found", "No such provider",
       "The organization does not link accounts there.", "Go back to the list."},
      {"identity_provider_taken", "That identifier is taken",
       "The organization has a provider of this kind and identifier already.",
       "Choose another identifier, or remove the other one first."},
      {"identity_provider_invalid", "Name or identifier cannot be used",
       "Both are needed, with 64 letters at most; an identifier is made of letters, digits, dots, "
       "dashes and underscores.",
       "Change them and save again."},

      // ---- what programs ask
      {"identity_filter_empty", "Nothing was asked for", "A search needs at least one condition.",
       "Name the identity."},
      {"identity_filter_ambiguous", "More than one fits", "Nobody is chosen among several.",
       "Ask for one of them."},
      {"identity_changed", "Somebody was faster", "The identity has changed meanwhile.",
       "Read it again."},

      // ---- tokens
      {"missing_refresh_token", "Missing refresh token",
       "The provider gave none, so the link cannot be renewed.", "Link the account again."},
      {"refresh_refused", "The provider has withdrawn the link",
       "It does not renew its tokens any more.", "Sign in there again."},
      {"refresh_other_identity", "The provider spoke of somebody else",
       "Its answer named another account, so the link is not used.", "Sign in there again."},
      {"refresh_forbidden", "Access there has ended",
       "The account no longer belongs to what the organization asks for.",
       "Ask whoever manages it at the provider."},
      {"refresh_failed", "The provider did not answer", "The link stays as it is.",
       "It is tried again by itself."},
      {"refresh_timeout", "The provider took too long", "The link stays as it is.",
       "It is tried again by itself."},
      {"refresh_rejected", "The provider did not understand us",
       "It refused the request, not the account. The link stays as it is.",
       "An administrator should check the provider's settings."},
      {"refresh_garbled", "The provider's answer made no sense", "The link stays as it is.",
       "It is tried again by itself."},
      {"refresh_interrupted", "A renewal was interrupted",
       "Whether the provider has issued new tokens meanwhile is not known.",
       "It is tried again by itself; if it does not recover, sign in there again."},
      {"refresh_in_progress", "The link is being renewed", "Another process is at it.",
       "Try again in a moment."},

      // ---- between the processes of an installation
      {"rpc_signature_invalid", "The call was not believed",
       "It was not signed with a key of this installation, is too old, or was made before.",
       "Check the keys and the clocks of both ends."},
      {"rpc_call_invalid", "The call made no sense", "Both ends may run different versions.",
       "Update the older one."},
      {"rpc_method_unknown", "The other end does not know this call",
       "Both ends may run different versions.", "Update the older one."},
      {"rpc_busy", "The other end has just started", "It takes calls in a moment.",
       "Try again in a minute."},
      {"rpc_unreachable", "A part of this installation cannot be reached",
       "The connection did not come about.", "Try again in a minute."},
      {"rpc_timeout", "A part of this installation took too long",
       "Whether it was done is not known.", "Look again before you repeat it."},
      {"rpc_answer_invalid", "A part of this installation answered nonsense",
       "Its answer was not used.", "An administrator should look at the log."},
      {"rpc_refused", "A part of this installation does not take our calls",
       "Its keys, clock or version differ from ours.", "An administrator should look at the log."},
      {"rpc_reason_unknown", "It was refused", "By a newer part of this installation.",
       "An administrator should look at the log."},
      {"rpc_keys_invalid", "The keys between the processes cannot be used",
       "Each needs a short name of its own and 32 bytes at least.",
       "An administrator should look at the configuration."},
  };
  return all;
}

}  // namespace gatehouse::web
