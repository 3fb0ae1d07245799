// Delivery: from an envelope and a content to durable entries.
#pragma once

#include "service/engine.hpp"

namespace x400::mstore::service {

void deliver(Engine& engine, MessageDelivery delivery, DeliveryCompletion completion);
void deliver(Engine& engine, ReportDelivery delivery, DeliveryCompletion completion);
/// The same, waiting.
DeliveryOutcome deliver(Engine& engine, MessageDelivery delivery);
DeliveryOutcome deliver(Engine& engine, ReportDelivery delivery);

/// A main entry of class delivery was made: its alerts, if it matched registrations, go to the sinks.
void tell_alerts(Engine& engine, MailboxNumber mailbox, SequenceNumber number);

}  // namespace x400::mstore::service
