/**
 * The lists of keys: filters, orders and pages. This package changes no stored data and reads no more than it has to.
 */
@NullMarked
package dev.latchkey.control.listing;

import org.jspecify.annotations.NullMarked;
