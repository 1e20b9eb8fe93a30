"""How fast the hotline is, as ratios beside a yardstick in the
same run; and what becomes of real reports when things break."""
