package dev.latchkey.server.feed;

/** What one schedule happens in. */
public final class SimWorld {
    final SimDice dice;
    public final SimTime time;
    final SimNetwork network;
    final SimHistory history;
    public final SimMutant mutant;
    final SimRedis redis;
    private boolean canaryStopped;
    private boolean ending;

    SimWorld(long seed, SimMutant mutant, boolean traced) {
        this.dice = new SimDice(seed);
        this.time = new SimTime(dice);
        this.network = new SimNetwork(time, dice);
        this.history = new SimHistory(time, traced);
        this.mutant = mutant;
        this.redis = new SimRedis(this);
    }

    /** A control plane that is alive writes the canary each second. */
    void startCanary() {
        if (!canaryStopped) {
            redis.writeCanary();
        }
        if (!ending) {
            time.world(SimTime.SECOND, this::startCanary);
        }
    }

    void stopCanary(boolean stop) {
        canaryStopped = stop;
    }

    /** Nothing is written any more. */
    void end() {
        ending = true;
    }
}
