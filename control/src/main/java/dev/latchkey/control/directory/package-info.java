/** Lookups of keys and their views for owners. This package changes no key; it only marks responses as unconfirmed. */
@NullMarked
package dev.latchkey.control.directory;

import org.jspecify.annotations.NullMarked;
