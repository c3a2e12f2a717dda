"""Functions of scipy.stats that Variables are not given to, by the reason or the way out."""

from __future__ import annotations

__all__ = ["UNSUPPORTED", "WITHOUT_DERIVATIVE"]

UNSUPPORTED = {
    "write its formula with autodiffx.numpy": (
        "boxcox boxcox_llf circmean circstd circvar describe directional_stats energy_distance "
        "entropy expectile gmean gstd gzscore hmean kstat kstatvar kurtosis linregress lmoment "
        "median_abs_deviation moment pearsonr pmean pointbiserialr sem skew theilslopes "
        "siegelslopes trim1 trim_mean trimboth tmean tsem tstd tvar variation wasserstein_distance "
        "wasserstein_distance_nd weightedtau yeojohnson yeojohnson_llf zmap zscore"
    ),
    "take the function of autodiffx.numpy": "iqr quantile scoreatpercentile sigmaclip tmax tmin",
    "of densities there is logpdf: minimise -logpdf(data, ...).sum(), which has a gradient": (
        "boxcox_normmax differential_entropy fit yeojohnson_normmax"
    ),
    "it makes a distribution of another: write the formula of its logpdf": (
        "abs exp log make_distribution order_statistic power truncate"
    ),
}

WITHOUT_DERIVATIVE = {
    "hypothesis tests": (
        "alexandergovern anderson anderson_ksamp ansari barnard_exact bartlett binomtest "
        "boschloo_exact brunnermunzel bws_test chatterjeexi chi2_contingency chisquare "
        "combine_pvalues cramervonmises cramervonmises_2samp dunnett epps_singleton_2samp f_oneway "
        "false_discovery_control fisher_exact fligner friedmanchisquare goodness_of_fit "
        "jarque_bera kendalltau kruskal ks_1samp ks_2samp kstest kurtosistest levene logrank "
        "mannwhitneyu median_test monte_carlo_test mood multiscale_graphcorr normaltest "
        "obrientransform page_trend_test permutation_test poisson_means_test power_divergence "
        "quantile_test ranksums shapiro skewtest somersd spearmanr spearmanrho ttest_1samp "
        "ttest_ind ttest_ind_from_stats ttest_rel tukey_hsd wilcoxon"
    ),
    "counts, ranks and most frequent values": (
        "binned_statistic binned_statistic_2d binned_statistic_dd cumfreq ecdf find_repeats mode "
        "percentileofscore rankdata relfreq tiecorrect"
    ),
    "resampling, and intervals from it": "bayes_mvs bootstrap mvsdist sobol_indices",
    "pictures, and what is drawn in them": (
        "boxcox_normplot ppcc_max ppcc_plot probplot yeojohnson_normplot"
    ),
}
