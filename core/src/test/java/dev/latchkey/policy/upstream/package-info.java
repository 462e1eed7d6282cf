/**
 * An oracle for policies: how upstreams are known to read a path, written without a look at the code under test, and
 * what a policy means for each reading.
 */
package dev.latchkey.policy.upstream;
