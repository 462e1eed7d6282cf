/** Policies as people write them for APIs of every style, through what is public of the policy package. */
package dev.latchkey.policy.shapes;
