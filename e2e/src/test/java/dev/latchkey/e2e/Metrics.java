package dev.latchkey.e2e;

/** Reads the Prometheus text format. */
public final class Metrics {
    private Metrics() {}

    /** Returns what {@code /metrics} on that port says of {@code name}, see {@link #value}. */
    public static double at(int opsPort, String name) {
        return value(RawHttp.get(opsPort, "/metrics").body(), name);
    }

    /** Returns the value of {@code name}, labels included as they are written; fails if there is none. */
    static double value(String scrape, String name) {
        return scrape.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
