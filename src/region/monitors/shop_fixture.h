#pragma once

// A shop of acme's whose events are kept: the real stream, store and databases with what writes
// and reads issues and monitors, for the tests of what makes events.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "region/events/issues/service_impl.h"
#include "region/events/save/event_manager.h"
#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/monitors/service_impl.h"
#include "region/orgs/members/members_fixture.h"
#include "region/projects/service_impl.h"
#include "region/stream/embedded/embedded_stream.h"
#include "region/stream/embedded/files.h"

namespace gatehouse::monitors {

class ShopFixture : public members::MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    std::string name = std::filesystem::temp_directory_path() / "gatehouse_shop_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    files_ = stream::embedded::PosixFiles();
    auto stream = stream::embedded::OpenStream({.folder = folder_ / "stream"}, clock(), *files_);
    ASSERT_OK(stream);
    stream_ = std::move(*stream);
    auto store = eventstore::sqlite::OpenStore({.folder = folder_ / "events"}, clock(), rng());
    ASSERT_OK(store);
    store_ = std::move(*store);
    projects_ = std::make_unique<projects::ServiceImpl>(projects::ServiceImpl::Parts{
        .db = db(), .clock = clock(), .rng = rng(), .ids = ids(), .audit = audit()});
    manager_ = std::make_unique<events::EventManager>(events::EventManager::Parts{
        .db = db(), .clock = clock(), .ids = ids(), .on_first = [this](const auto& first) {
          firsts_.push_back(first.signal);
        }});
    issues_ = std::make_unique<issues::ServiceImpl>(issues::ServiceImpl::Parts{.db = db(),
                                                                               .clock = clock(),
                                                                               .rng = rng(),
                                                                               .ids = ids(),
                                                                               .audit = audit(),
                                                                               .store = *store_});
    check_ins_ = std::make_unique<CheckIns>(ids(), zones_);
    monitors_ = std::make_unique<ServiceImpl>(ServiceImpl::Parts{.db = db(),
                                                                 .clock = clock(),
                                                                 .rng = rng(),
                                                                 .ids = ids(),
                                                                 .audit = audit(),
                                                                 .check_ins = *check_ins_});
    admin_ = Add(acme_, UserId{10}, "admin");
    auto shop = Run(projects_->Create(acme_, "shop", "Shop", "node", "", By(acme_, admin_)));
    ASSERT_OK(shop);
    shop_ = *shop;
  }
  void TearDown() override {
    issues_.reset();
    manager_.reset();
    store_.reset();
    if (stream_) stream_->Stop();
    stream_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    MembersFixture::TearDown();
  }

  std::filesystem::path folder_;
  std::unique_ptr<stream::embedded::Files> files_;
  std::unique_ptr<stream::EventStream> stream_;
  std::unique_ptr<eventstore::EventStore> store_;
  std::unique_ptr<projects::ServiceImpl> projects_;
  TimeZones zones_;
  std::unique_ptr<CheckIns> check_ins_;
  std::unique_ptr<ServiceImpl> monitors_;
  std::unique_ptr<events::EventManager> manager_;
  std::unique_ptr<issues::ServiceImpl> issues_;
  MemberId admin_;
  projects::Project shop_;
  std::vector<std::string> firsts_;  // signals of first events
};

}  // namespace gatehouse::monitors
