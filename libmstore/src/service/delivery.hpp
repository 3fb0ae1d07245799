// Delivery: from an envelope and a content to durable entries.
#pragma once

#include "service/engine.hpp"

namespace x400::mstore::service {

void deliver(const std::shared_ptr<Engine>& engine, MessageDelivery delivery, DeliveryCompletion completion);
void deliver(const std::shared_ptr<Engine>& engine, ReportDelivery delivery, DeliveryCompletion completion);

/// A main entry of class delivery was made: its alerts, if it matched registrations, go to the sinks.
void tell_alerts(Engine& engine, MailboxNumber mailbox, SequenceNumber number);

}  // namespace x400::mstore::service
