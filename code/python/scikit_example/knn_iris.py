#!/usr/bin/env python
# coding: utf-8

# # Nearest neighbours on the iris flowers
# 
# Which neighbour count and which metric classify the iris flowers best, when all we know is the size of their sepals?
# 
# The idea follows the example *Nearest Neighbors Classification* in the gallery of scikit-learn.

# In[1]:


get_ipython().run_line_magic('matplotlib', 'inline')
get_ipython().system('mkdir -p results')

import matplotlib.pyplot as plt
from sklearn.datasets import load_iris
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

plt.rcParams.update({"figure.figsize": (4.8, 3.6), "figure.subplot.bottom": 0.15})


# ## The data
# 
# 150 flowers of three classes. We keep two of the four features: sepal length and sepal width.

# In[2]:


iris = load_iris()
X = iris.data[:, :2]
y = iris.target
display(iris.feature_names[:2], iris.target_names)


# 50 flowers are held out. No model sees them before it is scored.

# In[3]:


X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=50, stratify=y, random_state=0
)
display(X_train.shape, X_test.shape)


# ## The runs
# 
# Seven neighbour counts by five metrics.

# In[4]:


N_NEIGHBORS = [1, 2, 4, 8, 16, 32, 64]
METRICS = ["euclidean", "manhattan", "chebyshev", "canberra", "cosine"]


# Each run fits a model, scores it on the held-out flowers and draws its decision boundary.
# The picture is saved before it is shown: after `plt.show()` the figure is gone, and the file would be blank.

# In[5]:


scores = {}
for k in N_NEIGHBORS:
    for metric in METRICS:
        knn = KNeighborsClassifier(k, metric=metric)
        model = make_pipeline(StandardScaler(), knn)
        model.fit(X_train, y_train)
        accuracy = model.score(X_test, y_test)
        scores[k, metric] = accuracy

        DecisionBoundaryDisplay.from_estimator(
            model,
            X_test,
            response_method="predict",
            alpha=0.5,
            multiclass_colors="viridis",
            xlabel=iris.feature_names[0],
            ylabel=iris.feature_names[1],
        )
        scatter = plt.scatter(X_test[:, 0], X_test[:, 1], c=y_test, edgecolors="black")
        plt.legend(scatter.legend_elements()[0], iris.target_names)
        title = f"k={k}, {metric}: accuracy {accuracy:.2f}"
        plt.title(title)
        plt.savefig(f"results/knn_{metric}_{k:02d}.png")
        plt.show()


# ## The best run

# In[6]:


best = max(scores, key=scores.get)
display(best, scores[best])

