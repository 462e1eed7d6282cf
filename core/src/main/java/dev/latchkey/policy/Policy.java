package dev.latchkey.policy;

import dev.latchkey.policy.file.InvalidPolicyException;
import dev.latchkey.policy.path.CanonicalPath;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A policy file: which scope each method and path requires. What no rule is for is denied.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class Policy {
    private final Hosts hosts;
    private final Map<String, String> scopes;
    private final RouteTable table;
    private final boolean preflight;
    private final boolean exactReadings;

    Policy(
            Collection<String> hosts,
            Map<String, String> scopes,
            RouteTable table,
            boolean preflight,
            boolean exactReadings) {
        this.hosts = new Hosts(hosts);
        this.scopes = Collections.unmodifiableMap(new LinkedHashMap<>(scopes));
        this.table = table;
        this.preflight = preflight;
        this.exactReadings = exactReadings;
    }

    /**
     * Reads a policy file.
     *
     * @param yaml its text, at most 2<sup>20</sup> characters
     * @param fileName what messages call it
     * @throws InvalidPolicyException if anything in it is wrong, with every problem at once
     */
    public static Policy parse(String yaml, String fileName) {
        return new PolicyParser(fileName).parse(yaml);
    }

    /** Returns the catalogue: each scope and its description, in the order in which they were written. */
    public Map<String, String> scopes() {
        return scopes;
    }

    /** Tells whether CORS preflight requests are let through. */
    public boolean preflight() {
        return preflight;
    }

    /** Tells whether paths are taken as they are written only, without a look at how an upstream might read them. */
    public boolean exactReadings() {
        return exactReadings;
    }

    /**
     * Tells whether the policy is for this host. One that names no hosts is for any.
     *
     * @param authority the request's {@code :authority} or {@code Host} as it was sent, port included
     */
    public boolean servesHost(String authority) {
        return hosts.serve(authority);
    }

    /** Returns the rule that decides a request, or null if there is none. */
    public @Nullable Route match(String authority, String method, CanonicalPath path) {
        return hosts.serve(authority) ? table.match(method, path) : null;
    }

    /**
     * Returns why {@link #match} finds no rule although a template matches and has one: an upstream might read the path so that
     * another rule were for it. Null if that is not the reason.
     */
    public @Nullable Misreading misreading(String method, CanonicalPath path) {
        return table.misreading(method, path.segments(), path.trailingSlash());
    }

    /** Returns all rules, the more specific first. */
    public List<Route> routes() {
        return table.routes();
    }

    /** Returns what is surely not meant, though the policy can be used: one line each. */
    public List<String> warnings() {
        return RouteWarnings.of(table);
    }

    @Override
    public String toString() {
        return "Policy[" + scopes.size() + " scopes, " + table.routes().size() + " rules]";
    }
}
