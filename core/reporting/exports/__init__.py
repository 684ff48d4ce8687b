"""What a workspace holds, written for other tools: tables of Parquet, runs of MLflow."""
