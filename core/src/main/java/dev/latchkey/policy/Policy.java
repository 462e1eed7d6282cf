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
 * A parsed policy file: which scope each method and path requires. A request that no rule matches is denied.
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
     * Parses a policy file.
     *
     * @param yaml the text of the file, at most 2<sup>20</sup> characters
     * @param fileName the name of the file in messages
     * @throws InvalidPolicyException if the file has any problem; the exception lists all problems
     */
    public static Policy parse(String yaml, String fileName) {
        return new PolicyParser(fileName).parse(yaml);
    }

    /** Returns the scope catalogue: each scope with its description, in file order. */
    public Map<String, String> scopes() {
        return scopes;
    }

    /** Returns whether CORS preflight requests are allowed without a key. */
    public boolean preflight() {
        return preflight;
    }

    /**
     * Returns whether {@code readings: exact} is set: paths are then matched only as written, and
     * {@link #misreading} finds nothing.
     */
    public boolean exactReadings() {
        return exactReadings;
    }

    /**
     * Returns whether the policy applies to a host. A policy without hosts applies to every host.
     *
     * @param authority the {@code :authority} or {@code Host} of the request, as sent, port included
     */
    public boolean servesHost(String authority) {
        return hosts.serve(authority);
    }

    /** Returns the rule that decides a request, or null if no rule does. */
    public @Nullable Route match(String authority, String method, CanonicalPath path) {
        return hosts.serve(authority) ? table.match(method, path) : null;
    }

    /**
     * Returns the misreading because of which {@link #match} returns null although the matching template has a rule
     * for the method: an upstream might read the path so that a different rule would apply. Returns null if there
     * is no such misreading.
     */
    public @Nullable Misreading misreading(String method, CanonicalPath path) {
        return table.misreading(method, path.segments(), path.trailingSlash());
    }

    /** Returns all rules, most specific first. */
    public List<Route> routes() {
        return table.routes();
    }

    /** Returns warnings about rules that are valid but almost certainly not intended, one line for each. */
    public List<String> warnings() {
        return RouteWarnings.of(table);
    }

    @Override
    public String toString() {
        return "Policy[" + scopes.size() + " scopes, " + table.routes().size() + " rules]";
    }
}
