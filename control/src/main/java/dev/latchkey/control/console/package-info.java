/**
 * The page "Workspace Settings > API Keys": static files, and how browsers must treat them. Knows no key, ledger or token; what
 * the page shows it asks of the same port's REST interface.
 */
@NullMarked
package dev.latchkey.control.console;

import org.jspecify.annotations.NullMarked;
