// LogObserver: what happens to associations, as log events.
#pragma once

#include "log/log.hpp"
#include "x400/access/observer.hpp"

namespace x400::server {

class LogObserver final : public access::Observer {
 public:
  explicit LogObserver(Log& log) : log_(log) {}

  void connected(const access::AssociationInfo& info) override;
  void turned_away(const std::string& peer, const std::string& why) override;
  void opened(const access::AssociationInfo& info) override;
  void refused(const access::AssociationInfo& info, const access::RefusalNote& note) override;
  void rejected(const access::AssociationInfo& info, const access::RejectNote& note) override;
  void closed(const access::AssociationInfo& info, const access::Ending& ending) override;
  void trouble(const std::string& what) override;

 private:
  Log& log_;
};

}  // namespace x400::server
