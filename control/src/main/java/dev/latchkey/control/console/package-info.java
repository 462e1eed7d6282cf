/**
 * The page "Workspace Settings > API Keys": static files and the headers that restrict browsers. This package knows no
 * key, ledger or token; the page gets its data from the REST interface of the same port.
 */
@NullMarked
package dev.latchkey.control.console;

import org.jspecify.annotations.NullMarked;
