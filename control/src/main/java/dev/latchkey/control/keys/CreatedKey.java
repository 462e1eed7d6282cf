package dev.latchkey.control.keys;

import dev.latchkey.key.PresentedKey;

/**
 * A key that was just made.
 *
 * @param secret for the one answer that shows it; does not print itself
 */
public record CreatedKey(KeyView view, PresentedKey secret) {}
