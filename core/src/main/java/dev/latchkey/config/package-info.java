/**
 * The settings of both processes: read once, checked as a whole, immutable. Every problem is reported in one report.
 */
@NullMarked
package dev.latchkey.config;

import org.jspecify.annotations.NullMarked;
