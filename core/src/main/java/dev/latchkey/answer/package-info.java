/**
 * What client and upstream get to see of a decision, as HTTP: statuses, headers, texts. Envoy's messages are made of it in the
 * sidecar, and the control plane shows the same when it explains a decision.
 */
@NullMarked
package dev.latchkey.answer;

import org.jspecify.annotations.NullMarked;
