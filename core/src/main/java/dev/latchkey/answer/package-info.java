/**
 * Decisions as HTTP, for clients and upstreams: statuses, headers and texts. The sidecar builds Envoy's messages from
 * them, and the control plane shows the same answers when it explains a decision.
 */
@NullMarked
package dev.latchkey.answer;

import org.jspecify.annotations.NullMarked;
