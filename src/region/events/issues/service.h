#pragma once

// Issues: what events of one cause are to people. List, show, and decide about them. Thread-safe.
// Creating and counting issues is saving's business (region/events/save).

#include <string>
#include <vector>

#include "platform/runtime/task.h"
#include "region/events/issues/types.h"

namespace gatehouse::issues {

class Service {
 public:
  virtual ~Service() = default;

  virtual Task<Page> List(OrgId organization, Query query) = 0;
  // By decimal id or short id, also of an issue that was merged into another. Errors: kNotFound
  // "issue_not_found".
  virtual Task<Issue> Get(OrgId organization, std::string id_or_short_id,
                          std::optional<UserId> viewer) = 0;
  Task<Issue> Get(OrgId organization, std::string id_or_short_id) {
    return Get(organization, std::move(id_or_short_id), std::nullopt);
  }
  // Newest first, a hundred at most.
  virtual Task<std::vector<Activity>> Activities(OrgId organization, IssueId issue) = 0;
  virtual Task<std::vector<std::string>> Hashes(OrgId organization, IssueId issue) = 0;
  virtual Task<ReleaseSpan> Releases(OrgId organization, IssueId issue) = 0;
  // Who has looked at it, and who follows it.
  virtual Task<std::vector<UserId>> SeenBy(OrgId organization, IssueId issue) = 0;
  virtual Task<std::vector<UserId>> Participants(OrgId organization, IssueId issue) = 0;

  // REQUIRES event:write; event:admin to discard. Changes all of them or none; ids of others are
  // passed over. Errors: kInvalidArgument "issue_status_invalid", "issue_substatus_invalid",
  // "issue_release_unknown", "issue_many_projects" (a release of several projects, a merge across
  // them), "assignee_invalid", "snooze_invalid"; kPermissionDenied "forbidden".
  virtual Task<Changed> Update(OrgId organization, std::vector<IssueId> issues, Change change,
                               Caller caller) = 0;
  // REQUIRES event:admin. New events make a new issue; the events go too. Ids of others are passed
  // over; returns how many there were.
  virtual Task<std::int64_t> Delete(OrgId organization, std::vector<IssueId> issues,
                                    Caller caller) = 0;
  // REQUIRES event:write. Events with these hashes make a new issue from now on. An issue keeps at
  // least one. Returns how many were taken away.
  virtual Task<std::int64_t> Unmerge(OrgId organization, IssueId issue,
                                     std::vector<std::string> hashes, Caller caller) = 0;
  // Of an event, for good. REQUIRES event:admin. Errors: kNotFound "attachment_not_found".
  virtual Task<void> RemoveAttachment(OrgId organization, ProjectId project, std::string event_id,
                                      std::string attachment, Caller caller) = 0;

  // REQUIRES event:write. Only the author changes or removes a comment. Errors: kInvalidArgument
  // "note_invalid" (empty, over 64 KiB); kNotFound "note_not_found".
  virtual Task<Activity> AddNote(OrgId organization, IssueId issue, std::string text,
                                 Caller caller) = 0;
  virtual Task<Activity> EditNote(OrgId organization, IssueId issue, std::int64_t note,
                                  std::string text, Caller caller) = 0;
  virtual Task<void> RemoveNote(OrgId organization, IssueId issue, std::int64_t note,
                                Caller caller) = 0;

  // ---- periodic work ----------------------------------------------------------------------------
  // Goes on with merges and deletions that a crash interrupted. Returns how many it finished.
  virtual Task<std::int64_t> FinishPending() = 0;
  // Makes the words of issues that an older version saved known to searches. Returns how many.
  virtual Task<std::int64_t> ReadTexts() = 0;
  // Counts the users of issues that got events since the last time. After a count that took long
  // the next calls do nothing for a while.
  virtual Task<std::int64_t> CountUsers() = 0;
  // Brings back ignored issues whose condition is over. Returns how many.
  virtual Task<std::int64_t> WakeSnoozed() = 0;
  // Resolves issues that had no event for as long as their project says. Returns how many.
  virtual Task<std::int64_t> ResolveQuiet() = 0;
};

}  // namespace gatehouse::issues
